// The start of the page: who is signed in, where they are, and which view shows what is pushed or read.

import { Alerts } from "./alerts/alerts.js";
import { groupAlerts, isUrgent } from "./alerts/groups.js";
import { findNode, markAlerts, nodeAtFault } from "./alerts/marks.js";
import { AlertsView } from "./alerts/view.js";
import { kindWord, subjectText } from "./alerts/words.js";
import { APIError, get, logout, serverNow, session } from "./api.js";
import { Details } from "./details/details.js";
import { byID, setText } from "./dom.js";
import { asParameters, isNarrowed, WINDOWS } from "./filter.js";
import { Cards } from "./graph/cards.js";
import { Graph } from "./graph/graph.js";
import { Table } from "./graph/table.js";
import { HostsView } from "./hosts/view.js";
import { Live } from "./live/live.js";
import { Status } from "./live/status.js";
import { WatchData } from "./live/watch-data.js";
import { measureName } from "./measures.js";
import { readGraph } from "./model.js";
import { Navigation } from "./navigation.js";
import { Past } from "./past.js";
import { addressOf, asInstant, readPlace, takeKeptPlace } from "./place.js";
import { ReportView } from "./report/view.js";
import { showCommandLine, showSignIn, signInByLink, takeCommandLine, takeLinkToken, takeRefusal } from "./sign-in.js";
import { Toolbar } from "./toolbar.js";
import { fillRecipes } from "./waiting.js";

const RETRY_MS = 3_000;
/** The server reads them anew every 5 and every 15 s. */
const REPORT_MS = 5_000;
const OBJECTIVES_MS = 15_000;

// The address of a sign-in that failed says nothing else.
const refusal = takeRefusal();
const commandLine = takeCommandLine();
takeKeptPlace();
let place = readPlace();
let graph = readGraph(null);
let hosts = null;
let isIn = false;

const alerts = new Alerts({ onChange: alertsChanged, onTransitions: announce });
const report = new WatchData("/report", {}, REPORT_MS, watchedChanged);
const objectives = new WatchData("/objectives", {}, OBJECTIVES_MS, watchedChanged);
const calls = new WatchData("/calls", { limit: 100 }, REPORT_MS, watchedChanged);
const onChoose = (chosen) => go({ chosen, wanted: null });
const onHost = (host) => go({ view: "hosts", host });
const onAlerts = () => go({ view: "alerts", host: "" });
const onLookAt = (date) => go({ at: asInstant(Math.min(date, serverNow() - 1_000)) });
const onSubject = ({ environment, service, dependency }) =>
  show({ kind: dependency ? "dependency" : "service", name: dependency ?? service, environment }, null);

const views = {
  graph: new Graph(onChoose), table: new Table(onChoose), cards: new Cards(),
  details: new Details({ onChoose, onHost, onLookAt, onAlerts }),
  alerts: new AlertsView({
    onShow: ({ node, since }, at) => show(node, at && then(since)), onChanged: () => alerts.reload(),
    nameOf: (group) => nodeAtFault(graph, group)?.name ?? group.node.name,
  }),
  hosts: new HostsView({ onHost, onLookAt, onService: onSubject, onAlerts }),
  report: new ReportView({ onService: onSubject, onSubject }),
};
const navigation = new Navigation((view) => go({ view, host: "" }));
const toolbar = new Toolbar(place, (changed) => go(changed));
const past = new Past({
  onAt: (at) => go({ at }),
  onGraph: (data) => takeGraph(data),
  onTotals: (kpis) => views.cards.showPast(kpis),
});
const status = new Status(() => live.reconnect());
const live = new Live({
  onData: received,
  onState: (state, retryAt) => {
    if (state === "live") {
      notice("");
      // What was not heard meanwhile, such as the end of a silence, is no transition.
      alerts.reload();
    }
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
addEventListener("popstate", () => {
  const before = place;
  place = readPlace();
  arrive(before);
});
if (commandLine) showCommandLine(commandLine);
else start(takeLinkToken(), refusal ?? undefined);

// MARK: Signing in

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
  isIn = true;
  byID("sign-in").hidden = true;
  byID("main").hidden = false;
  live.start();
  live.subscribe("alerts", {});
  arrive(null);
  toolbar.load();
  askRole();
}

/** Only who may do something is offered it; the server asks again. */
async function askRole() {
  try {
    views.alerts.allow(["operator", "admin"].includes((await session()).role));
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    setTimeout(() => isIn && askRole(), RETRY_MS);
  }
}

function signIn(message) {
  isIn = false;
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

// MARK: Where one is

const isPast = () => place.at !== null && place.view === "dependencies";

/** Goes to another place; `isCorrection`: not one to come back to. */
function go(changes, { isCorrection = false } = {}) {
  const before = place;
  place = { ...place, ...changes };
  const address = addressOf(place);
  if (address !== addressOf(before)) {
    if (isCorrection) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }
  arrive(before);
}

/** To what is at fault, in the graph or among the hosts, at a time or now. */
function show({ kind, name, environment }, at) {
  if (kind === "host") return go({ view: "hosts", host: name, at });
  const wanted = kind === "everything" ? null : { kind, name };
  const isOther = place.environment !== "" && environment && environment !== place.environment;
  go({
    view: "dependencies", host: "", at, chosen: null, wanted, service: "",
    environment: isOther ? environment : place.environment,
  });
}

/** When a fault had been there for as long as the window is, all that the window shows is of it. */
function then(since) {
  const { seconds } = WINDOWS.find(({ value }) => value === place.window);
  return asInstant(Math.min(Date.parse(since) + Math.max(60, seconds) * 1_000, serverNow() - 1_000));
}

/** Shows the place. @param before where one was, `null` where nothing is shown yet. */
function arrive(before) {
  if (!isIn) return;
  const isOther = (...names) => before === null || names.some((name) => before[name] !== place[name]);
  navigation.show(place);
  toolbar.set(place);
  // Without a connection nothing would take the place of the picture of the past.
  if (before?.at && !isPast() && live.disconnectedSince !== null) graph = readGraph(null);
  if (isOther("window", "environment", "service", "at")) views.cards.clear();
  if (before !== null && isOther("view")) scrollTo(0, 0);
  follow();
  past.show(place);
  views.graph.choose(place.chosen);
  views.table.choose(place.chosen);
  if (!isPast()) settle();
  draw();
}

/** Asks for what the place shows, and for nothing else. */
function follow() {
  if (isPast()) {
    live.unsubscribe("graph");
    live.unsubscribe("kpis");
    status.data(null);
  } else {
    live.subscribe("graph", asParameters(place));
    live.subscribe("kpis", { ...asParameters(place), by: "total" });
  }
  const isOpen = place.view === "dependencies" && place.chosen !== null;
  if (place.view === "hosts" && place.host) live.subscribe("hosts", { host: place.host });
  else if (place.view === "hosts" || isOpen) live.subscribe("hosts", {});
  else live.unsubscribe("hosts");
  alerts.watch(place.view === "alerts");
  calls.watch(place.view === "alerts");
  report.watch(["alerts", "report"].includes(place.view));
  objectives.watch(place.view === "report" || isOpen);
}

/** Finds what a link named, as soon as there is a graph. */
function settle() {
  const { wanted } = place;
  if (wanted === null || graph.at === undefined) return;
  const node = findNode(graph, wanted.kind, wanted.name, place.environment);
  // Of what is not there the panel says so.
  go({ chosen: node?.id ?? `${wanted.kind}:${wanted.name}`, wanted: null }, { isCorrection: true });
}

// MARK: What comes

function received(topic, data) {
  if (topic === "alerts") return alerts.received(data);
  if (topic === "hosts") {
    hosts = data;
    return place.view === "hosts" ? draw() : drawDetails();
  }
  if (isPast()) return;
  if (topic === "kpis") return views.cards.show(data.items ?? []);
  status.data(data.at);
  takeGraph(data);
}

function takeGraph(data) {
  graph = readGraph(data);
  if (!isPast()) markAlerts(graph, alerts.active);
  toolbar.seen([...graph.nodes.values()].map(({ kind, name, environment }) => ({
    environment, service: kind === "service" ? name : "",
  })));
  title();
  settle();
  draw();
}

function alertsChanged() {
  if (!isPast()) markAlerts(graph, alerts.active);
  navigation.alerts(groupAlerts(alerts.active).filter(isUrgent).length);
  title();
  draw();
}

function watchedChanged() {
  views.alerts.explain(report.value, calls.value);
  draw();
}

/** Said once to those who do not see the page. */
function announce(transitions) {
  const told = transitions.filter(({ kind }) => ["firing", "no_data", "resolved"].includes(kind)).slice(-3);
  if (told.length === 0) return;
  setText(byID("alert-announcement"), told.map(({ kind, subject, metric }) =>
    `Alert ${kindWord(kind).toLowerCase()}: ${subjectText(subject)}, ${measureName(metric)}`).join(". "));
}

// MARK: What is shown

function draw() {
  if (place.view === "dependencies") drawGraph();
  if (place.view === "alerts") views.alerts.show(alerts);
  if (place.view === "hosts") views.hosts.show(hosts, place.host, place.at, alerts.active);
  if (place.view === "report") {
    views.report.show(report.value, objectives.value?.items ?? null, report.failure || objectives.failure);
  }
}

function drawGraph() {
  const isKnown = graph.at !== undefined;
  const isWaiting = !isPast() && isKnown && graph.edges.size === 0 && graph.nodes.size === 0 && !isNarrowed(place);
  byID("waiting").hidden = !isWaiting;
  byID("live").hidden = isWaiting || !isKnown;
  drawDetails();
  views.graph.show(graph);
  views.table.show(graph);
}

function drawDetails() {
  if (place.view !== "dependencies" || byID("live").hidden) return;
  views.details.show(graph, place.chosen, {
    hosts: hosts?.items ?? [], objectives: objectives.value?.items ?? [], at: place.at,
  });
}

function title() {
  const urgent = groupAlerts(alerts.active).filter(isUrgent).length;
  const poor = isPast() ? 0 : [...graph.edges.values()].filter(({ grade }) => grade === "poor").length;
  const faults = urgent === 1 ? "1 fault" : `${urgent} faults`;
  const text = urgent > 0 ? `${faults} · Venus` : poor > 0 ? `${poor} poor · Venus` : "Venus";
  if (document.title !== text) document.title = text;
}

/** Nothing of a session stays in the page when it has ended. */
function forget() {
  graph = readGraph(null);
  hosts = null;
  past.clear();
  for (const data of [report, objectives, calls]) data.clear();
  alerts.clear();
  views.alerts.explain(null, null);
  views.alerts.allow(false);
  views.alerts.show(alerts);
  views.hosts.show(null, "", null, []);
  views.report.show(null, null, "");
  views.details.show(graph, null, { hosts: [], objectives: [], at: null });
  views.graph.show(graph);
  views.table.show(graph);
  views.cards.show([]);
  views.cards.clear();
  notice("");
  setText(byID("alert-announcement"), "");
  byID("live").hidden = true;
  byID("waiting").hidden = true;
  document.title = "Venus";
}

function notice(text) {
  setText(byID("notice"), text);
  byID("notice").hidden = text === "";
}
