"""An object store for tests, whose every request has to be signed: moto's, with one bucket and one user who may use it.

    storage.py PORT CONTROL_PORT BUCKET

Prints `KEYS ACCESS_KEY_ID SECRET_ACCESS_KEY` once it is ready, and serves until it is stopped. What is in the bucket is asked
for and changed by boto3, which knows nothing of Venus, by requests to CONTROL_PORT, answered in JSON:

    GET /objects                    every object: key, bytes, media type, and content, read as gzip and JSON (null: it is neither)
    GET /requests                   how many requests of each method there were, ours not among them
    POST /objects?KEY               writes the body as an object
    POST /away, /back               the object store's port is closed, or open again, with what was there
"""
import collections
import gzip
import http.server
import json
import sys
import urllib.parse

import boto3
import flask
import moto.settings
from botocore.config import Config
from moto.iam.access_control import S3IAMRequest
from moto.server import ThreadedMotoServer

port, control, bucket = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
endpoint = f"http://127.0.0.1:{port}"
requests = collections.Counter()

# moto checks signatures by what it has decoded, which botocore's own do not pass where a query has slashes: it is given what
# was sent. The check itself is botocore's.
decoded = S3IAMRequest._create_aws_request


def sent(self):
    request = decoded(self)
    request.url = flask.request.environ["RAW_URI"]
    if "Boto3" not in flask.request.headers.get("User-Agent", ""):
        requests[request.method] += 1
    return request


S3IAMRequest._create_aws_request = sent


def serve():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    return server


def client(service, id="setup", secret="setup"):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client(
        service, endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id=id, aws_secret_access_key=secret,
        config=config)


server = serve()
client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
iam = client("iam")
iam.create_user(UserName="venus")
allowed = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}],
}
iam.put_user_policy(UserName="venus", PolicyName="bucket", PolicyDocument=json.dumps(allowed))
key = iam.create_access_key(UserName="venus")["AccessKey"]
# From here on every request is checked: its signature, and what its key may do.
moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0.0
s3 = client("s3", key["AccessKeyId"], key["SecretAccessKey"])


def objects():
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            answer = s3.get_object(Bucket=bucket, Key=item["Key"])
            try:
                content = json.loads(gzip.decompress(answer["Body"].read()))
            except (OSError, EOFError, ValueError):
                content = None
            found.append({
                "key": item["Key"], "bytes": item["Size"], "media_type": answer["ContentType"], "content": content})
    return found


class Control(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(objects() if self.path == "/objects" else dict(requests))

    def do_POST(self):
        global server
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if path == "/objects":
            s3.put_object(Bucket=bucket, Key=urllib.parse.unquote(query), Body=body)
        elif path == "/away":
            server.stop()
        elif path == "/back":
            server = serve()
        self.answer({})


controls = http.server.HTTPServer(("127.0.0.1", control), Control)
print("KEYS", key["AccessKeyId"], key["SecretAccessKey"], flush=True)
controls.serve_forever()
