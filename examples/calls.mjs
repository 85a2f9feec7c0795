// Calls through Venus with Node's fetch.
//
//   venus run --service shop -- node examples/calls.mjs
//
// Node 24 and newer follow the proxy variables when NODE_USE_ENV_PROXY=1 is set, which `venus run` does; 22.21 and newer
// of the 22 line do, too. Older ones ignore the variables: there, `npm install undici` and begin the program with
//   import { EnvHttpProxyAgent, setGlobalDispatcher } from "undici";
//   setGlobalDispatcher(new EnvHttpProxyAgent());

const url = process.argv[2] ?? "http://example.com/";

for (let call = 0; call < 3; call += 1) {
  const start = performance.now();
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  await response.arrayBuffer();
  console.log(response.status, url, `${(performance.now() - start).toFixed(1)} ms`);
}
