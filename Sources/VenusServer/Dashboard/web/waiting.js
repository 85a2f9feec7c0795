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

export function fillRecipes() {
  byID("recipes").append(...RECIPES.map(({ title, command }) => {
    const code = make("code", {}, command);
    return make("li", { class: "recipe" },
      make("h2", {}, title),
      make("div", { class: "command" },
        make("pre", { tabindex: "0", "aria-label": title }, code), copyButton(command, code, title)));
  }));
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
