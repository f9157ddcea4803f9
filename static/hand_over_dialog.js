/** What a hand-over says and asks; loaded only by the few pages that have to. */

const WORDS = {
  en: {
    ask: {
      title: (userId) => `Continue as ${userId}?`,
      text: "A link wants to sign you in here. Go on only if that is you: " +
        "whatever you buy then belongs to this account.",
      yes: "Yes, that is me",
      no: "No",
    },
    failed: {
      title: () => "Your sign-in did not work",
      text: "It has run out, or we could not check it. Go back to the shop and come here from " +
        "there once more. Nothing that you bought is lost.",
      no: "Close",
    },
  },
  zh: {
    ask: {
      title: (userId) => `以 ${userId} 的身份继续？`,
      text: "有链接要在此处替您登录。仅当这是您本人的账号时才继续：之后购买的商品都归该账号所有。",
      yes: "是我本人",
      no: "不是",
    },
    failed: {
      title: () => "登录未成功",
      text: "登录已失效或暂时无法核实。请回到商城，再从那里进入本页。已购商品不受影响。",
      no: "关闭",
    },
  },
};

/**
 * Shows a dialog, `ask` (whether to go on as `userId`) or `failed`. Resolves when it is closed: true
 * only when the visitor said yes.
 */
export function showHandOver(what, userId = "") {
  const words = WORDS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"][what];
  const dialog = element("dialog", "card sign-in");
  dialog.id = "hand-over";
  dialog.setAttribute("aria-labelledby", "hand-over-title");
  const title = element("h2", "", words.title(userId));
  title.id = "hand-over-title";
  const form = element("form", "choices");
  form.method = "dialog";
  if (words.yes) form.append(choice("yes", words.yes, ""));
  const no = choice("no", words.no, words.yes ? "plain" : "");
  // Whoever presses Enter without reading goes on as nobody.
  no.autofocus = true;
  form.append(no);
  dialog.append(title, element("p", "quiet", words.text), form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    // Escape closes a dialog without a value.
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function choice(value, text, className) {
  const button = element("button", className, text);
  button.type = "submit";
  button.value = value;
  return button;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}
