// The page before the first call: commands that send traffic through Venus, ready to copy.

import { byID, make, setText } from "./dom.js";

const COPIED_MS = 2_000;
const RECIPES = [
  { title: "Run one command through Venus", command: "venus run --service checkout -- curl http://example.com/" },
  {
    title: "Or point an application at the proxy",
    command: "export HTTP_PROXY=http://127.0.0.1:2247 HTTPS_PROXY=http://127.0.0.1:2247\n"
      + "export http_proxy=$HTTP_PROXY https_proxy=$HTTPS_PROXY",
  },
  { title: "Or try it right now", command: "curl --proxy http://127.0.0.1:2247 http://example.com/" },
];

/** What to do on the other pages, as long as they are empty; by the id of the list. */
const HINTS = {
  "host-recipes": [{ title: "Add a host: prints the line to run on it", command: "venus host add web-1" }],
  "objective-recipes": [{
    title: "Promise something: here that 99.9\u00a0% of the calls of checkout succeed, over 30\u00a0days",
    command: "curl -X PUT $VENUS/api/v1/objectives/checkout \\\n"
      + "  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n"
      + "  -d '{\"level\": \"service\", \"environment\": \"production\", "
      + "\"service\": \"checkout\", \"target\": 0.999}'",
  }],
  "alert-recipes": [{
    title: "Have somebody told: add a receiver (TOKEN is that of POST /api/v1/login)",
    command: "curl $VENUS/api/v1/webhooks \\\n"
      + "  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n"
      + "  -d '{\"name\": \"on call\", \"kind\": \"webhook\", \"url\": \"https://example.com/hooks/venus\"}'",
  }],
};

export function fillRecipes() {
  for (const [id, recipes] of Object.entries({ recipes: RECIPES, ...HINTS })) byID(id).append(...recipes.map(recipe));
}

function recipe({ title, command }) {
  const code = make("code", {}, command.replace("$VENUS", location.origin));
  return make("li", { class: "recipe" },
    make("h2", {}, title),
    make("div", { class: "command" },
      make("pre", { tabindex: "0", "aria-label": title }, code), copyButton(code.textContent, code, title)));
}

function copyButton(command, code, title) {
  const button = make("button", { type: "button", "aria-label": `Copy: ${title}` }, "Copy");
  button.addEventListener("click", async () => {
    setText(button, (await copy(command)) ? "Copied" : "Selected");
    if (button.textContent === "Selected") getSelection().selectAllChildren(code);
    setTimeout(() => setText(button, "Copy"), COPIED_MS);
  });
  return button;
}

/** Only secure contexts have a clipboard: elsewhere the text is selected for the person to copy. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
