// The start of the page: who is signed in, what is looked at, and which view shows what is pushed.

import { APIError, get, logout } from "./api.js";
import { Cards } from "./cards.js";
import { Details } from "./details.js";
import { byID, setText } from "./dom.js";
import { asParameters, isNarrowed, readFilter, writeFilter } from "./filter.js";
import { Graph } from "./graph.js";
import { Live } from "./live.js";
import { readGraph } from "./model.js";
import { showSignIn, signInByLink, takeLinkToken, takeRefusal } from "./sign-in.js";
import { Status } from "./status.js";
import { Table } from "./table.js";
import { Toolbar } from "./toolbar.js";
import { fillRecipes } from "./waiting.js";

const RETRY_MS = 3_000;

let filter = readFilter();
let graph = readGraph(null);
let chosen = null;

const views = { graph: new Graph(choose), table: new Table(choose), details: new Details(choose), cards: new Cards() };
const toolbar = new Toolbar(filter, (changed) => {
  filter = changed;
  writeFilter(filter);
  views.cards.clear();
  subscribe();
});
const status = new Status(() => live.reconnect());
const live = new Live({
  onData: received,
  onState: (state, retryAt) => {
    if (state === "live") notice("");
    status.connection(state, live.disconnectedSince, retryAt);
  },
  onError: notice,
  onEnded: () => signIn("Your session has ended. Sign in again."),
  hasSession,
});

fillRecipes();
byID("sign-out").addEventListener("click", signOut);
addEventListener("hashchange", () => {
  const token = takeLinkToken();
  if (token) start(token);
});
const refusal = takeRefusal();
start(takeLinkToken(), refusal ?? undefined);

async function start(token, message) {
  if (token) {
    const failure = await signInByLink(token);
    if (failure && !(await hasSession())) return signIn(failure);
    return enter();
  }
  if (await hasSession()) enter();
  else signIn(message);
}

/** Whether the server knows us. While it is away this is taken for granted: the live view says so and tries again. */
async function hasSession() {
  try {
    await get("/kpis", { window: "10s", by: "total" });
    return true;
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return error.status !== 401;
  }
}

function enter() {
  byID("sign-in").hidden = true;
  byID("main").hidden = false;
  live.start();
  subscribe();
  toolbar.load();
}

function signIn(message) {
  live.stop();
  forget();
  byID("main").hidden = true;
  showSignIn({ message, onSignedIn: enter });
}

async function signOut() {
  live.stop();
  try {
    await logout();
    signIn("You are signed out.");
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    if (error.status === 401) return signIn("You are signed out.");
    notice(`Signing out failed: ${error.message}`);
    setTimeout(enter, RETRY_MS);
  }
}

function subscribe() {
  live.subscribe("graph", asParameters(filter));
  live.subscribe("kpis", { ...asParameters(filter), by: "total" });
}

function received(topic, data) {
  if (topic === "kpis") return views.cards.show(data.items ?? []);
  graph = readGraph(data);
  status.data(graph.at);
  const isWaiting = graph.edges.size === 0 && graph.nodes.size === 0 && !isNarrowed(filter);
  byID("waiting").hidden = !isWaiting;
  byID("live").hidden = isWaiting;
  toolbar.seen([...graph.nodes.values()].map(({ kind, name, environment }) => ({
    environment, service: kind === "service" ? name : "",
  })));
  const poor = [...graph.edges.values()].filter(({ grade }) => grade === "poor").length;
  document.title = poor > 0 ? `${poor} poor · Venus` : "Venus";
  show();
}

function show() {
  views.details.show(graph, chosen);
  views.graph.show(graph);
  views.table.show(graph);
}

function choose(id) {
  chosen = id;
  views.graph.choose(id);
  views.table.choose(id);
  views.details.show(graph, id);
}

/** Nothing of a session stays in the page when it has ended. */
function forget() {
  graph = readGraph(null);
  choose(null);
  show();
  views.cards.show([]);
  views.cards.clear();
  notice("");
  byID("live").hidden = true;
  byID("waiting").hidden = true;
  document.title = "Venus";
}

function notice(text) {
  setText(byID("notice"), text);
  byID("notice").hidden = text === "";
}
