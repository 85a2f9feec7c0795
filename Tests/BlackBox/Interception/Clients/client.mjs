// undici as an application uses it behind a proxy; whom to trust comes from NODE_EXTRA_CA_CERTS.
//
//   node client.mjs UNDICI_FOLDER URL
//
// Prints a line for each answer: its status, and the SHA-256 of its body.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";

const { Agent, ProxyAgent, fetch } = createRequire(import.meta.url)(process.argv[2]);
const url = process.argv[3];
const proxy = process.env.HTTPS_PROXY;
const dispatcher = proxy ? new ProxyAgent(proxy) : new Agent();

for (const path of ["/bytes/1000", "/bytes/1000000", "/status/404"]) {
  const answer = await fetch(url + path, { dispatcher });
  const body = Buffer.from(await answer.arrayBuffer());
  console.log(answer.status, createHash("sha256").update(body).digest("hex"));
}
await dispatcher.close();
