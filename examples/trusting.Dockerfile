# An image whose programs trust the certificate authority of a Venus that intercepts:
#
#   venus ca export --output venus-ca.pem
#   docker build --file examples/trusting.Dockerfile --tag app .
#   docker run --env HTTPS_PROXY=http://venus.internal:2247 app
#
# For one container, without an image of its own: venus run -- docker run IMAGE
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3-requests \
    && rm -rf /var/lib/apt/lists/*

# The system's store: OpenSSL, curl, git, Go, Ruby.
COPY venus-ca.pem /usr/local/share/ca-certificates/venus-ca.crt
RUN update-ca-certificates
# Those that bring a store of their own.
ENV REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    AWS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=/etc/ssl/certs/ca-certificates.crt \
    NODE_EXTRA_CA_CERTS=/usr/local/share/ca-certificates/venus-ca.crt

COPY examples/intercepted.py /app.py
CMD ["python3", "/app.py"]
