// HTTPS calls whose status and route Venus sees, with Node.js' own fetch (Node 22.21 or 24 and later), which takes whom to
// trust beside its own from NODE_EXTRA_CA_CERTS.
//
//   VENUS_INTERCEPTION_HOSTS=example.com venus run --service report -- node examples/intercepted.mjs

const url = process.argv[2] ?? "https://example.com/";

for (let call = 0; call < 3; call++) {
  const start = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  console.log(response.status, url, `${(performance.now() - start).toFixed(1)} ms`);
}
