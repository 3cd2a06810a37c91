import { $, ask, bilingual } from "./shared.js";
import * as phone from "./phone.js";

const EVERY_MS = 2000;

let expiresAt = 0;
let shown = "";

async function mint(button) {
  button.disabled = true;
  try {
    const { code, expires_in: seconds } = await ask("login-codes", { visitor: button.dataset.visitor });
    expiresAt = Date.now() + seconds * 1000;
    $("minted").querySelector(".code").textContent = code;
    $("minted").querySelector(".whose").textContent = button.dataset.visitor;
    $("minted").hidden = false;
    $("copy").replaceChildren(...bilingual("复制", "Copy"));
    countDown();
  } catch {
    $("trouble").hidden = false;
  } finally {
    button.disabled = false;
  }
}

function countDown() {
  if ($("minted").hidden) return;
  const seconds = Math.max(0, Math.ceil((expiresAt - Date.now()) / 1000));
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const left = seconds
    ? bilingual(`还有 ${time} 有效`, `valid for ${time}`)
    : bilingual("已过期", "expired");
  $("minted").classList.toggle("over", seconds === 0);
  $("minted").querySelector(".left").replaceChildren(...left);
}

async function copy() {
  const code = $("minted").querySelector(".code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    $("copy").replaceChildren(...bilingual("已复制", "Copied"));
  } catch {
    getSelection().selectAllChildren(code);
  }
}

function entry(mail) {
  const item = $("message").content.cloneNode(true);
  const subject = item.querySelector("h3");
  subject.replaceChildren(...(mail.subject ? [mail.subject] : bilingual("无主题", "No subject")));
  const at = item.querySelector("time");
  at.dateTime = mail.at;
  at.textContent = new Date(mail.at).toLocaleString("zh-CN", {
    timeZone: "Asia/Shanghai", hour12: false,
    month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  item.querySelector(".to").replaceChildren(...bilingual("收件人", "To"), ` ${mail.to}`);
  item.querySelector(".text").textContent = mail.text;
  return item;
}

async function refresh() {
  try {
    const { items } = await ask("mail");
    await phone.refresh();
    $("trouble").hidden = true;
    const now = items.map((mail) => mail.id).join();
    if (now !== shown || !items.length) {
      shown = now;
      $("messages").replaceChildren(...items.map(entry));
      $("count").textContent = items.length || "";
      $("empty").hidden = items.length > 0;
    }
  } catch {
    $("trouble").hidden = false;
  }
  setTimeout(refresh, EVERY_MS);
}

for (const button of document.querySelectorAll("[data-visitor]")) {
  button.addEventListener("click", () => mint(button));
}
$("copy").addEventListener("click", copy);
setInterval(countDown, 500);
refresh();
