# HTTPS calls whose status and route Venus sees, with Ruby's net/http: OpenSSL takes whom to trust from SSL_CERT_FILE.
#
#   VENUS_INTERCEPTION_HOSTS=example.com venus run --service report -- ruby examples/intercepted.rb

require "net/http"

url = URI(ARGV.first || "https://example.com/")

3.times do
  start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  response = Net::HTTP.get_response(url)
  milliseconds = (Process.clock_gettime(Process::CLOCK_MONOTONIC) - start) * 1000
  puts "#{response.code} #{url} #{milliseconds.round(1)} ms"
end
