// The phone of a visitor: they sign in, write, receive, accept and scan.

import { $, ask, bilingual } from "./shared.js";

const CLOCK = { timeZone: "Asia/Shanghai", hour12: false };

let holder = "测试访客 A";
let chatted = "";
let offered = "";
let drawn = "";
let deciding = false;
// Events have no id: two of a kind within a second are taken for one that was repeated.
const EVENT_MS = 1000;
// What visitors wrote on this page; what they received is the simulator's.
const written = [];
// What the product last said to each visitor who signed in on this page.
const sessions = new Map();

async function signIn() {
  const visitor = holder;
  if ($("sign-in").ariaDisabled === "true") return;
  // Not disabled, which would take the focus away.
  $("sign-in").ariaDisabled = "true";
  try {
    sessions.set(visitor, { ...(await ask("sessions", { visitor })), at: new Date() });
  } catch {
    sessions.set(visitor, { error: "模拟器没有响应，或没有产品的地址" });
  }
  $("sign-in").ariaDisabled = "false";
  signed();
}

function signed() {
  const session = sessions.get(holder);
  const told = !session ? bilingual("本页尚未登录", "Not signed in on this page")
    : session.status === 201 ? entered(session)
    : bilingual(`登录未成功：${session.status || ""} ${session.error ?? ""}`, "Not signed in");
  $("signed").replaceChildren(...told);
}

function entered({ at, consent_due: due }) {
  const time = at.toLocaleTimeString("zh-CN", CLOCK);
  return due
    ? bilingual(`${time} 已登录，尚未同意隐私说明`, "Signed in; the privacy notice is not agreed to yet")
    : bilingual(`${time} 已登录，已同意隐私说明`, "Signed in; the privacy notice is agreed to");
}

async function push(kind, fields) {
  $("unsent").hidden = true;
  try {
    const { answers } = await ask("push", { visitor: holder, kind, fields });
    if (answers[0].status === 200) return true;
    fail(`产品没有收下：${answers[0].status || answers[0].text}`, "The product did not take it");
  } catch {
    fail("没有可推送的地址", "There is no address to push to");
  }
  return false;
}

function fail(chinese, english) {
  $("unsent").replaceChildren(...bilingual(chinese, english));
  $("unsent").hidden = false;
}

async function write(event) {
  event.preventDefault();
  const content = $("words").value.trim();
  const visitor = holder;
  if (!content || !(await push("text", { Content: content }))) return;
  written.push({ visitor, content, at: new Date().toISOString() });
  $("words").value = "";
  await chat();
}

// A text may hold links into the mini-program; where they lead is shown when pointed at.
function words(content) {
  const link = /<a [^>]*data-miniprogram-path="([^"]*)"[^>]*>([^<]*)<\/a>/g;
  const nodes = [];
  let end = 0;
  for (const match of content.matchAll(link)) {
    nodes.push(content.slice(end, match.index));
    const shown = document.createElement("span");
    shown.className = "link";
    shown.title = match[1];
    shown.textContent = match[2];
    nodes.push(shown);
    end = match.index + match[0].length;
  }
  return [...nodes, content.slice(end)];
}

function bubble(message) {
  const item = $("bubble").content.cloneNode(true);
  const { kind } = message;
  const heading = kind === "subscription" ? ["订阅消息", "Subscription message"]
    : kind ? ["客服消息", "Customer message"] : ["我", "Me"];
  item.querySelector("li").classList.toggle("mine", !kind);
  item.querySelector(".of").replaceChildren(...bilingual(...heading));
  const content = message.content
    ?? (kind === "subscription" ? Object.values(message.data).join("\n") : message.title ?? kind);
  item.querySelector(".text").replaceChildren(...words(content));
  const at = item.querySelector("time");
  at.dateTime = message.at;
  at.textContent = new Date(message.at).toLocaleTimeString("zh-CN", CLOCK);
  return item;
}

async function chat() {
  const { items } = await ask(`received?visitor=${encodeURIComponent(holder)}`);
  const mine = written.filter((one) => one.visitor === holder);
  const all = [...items, ...mine].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const now = `${holder} ${all.length}`;
  if (now === chatted) return;
  chatted = now;
  $("chat").replaceChildren(...all.map(bubble));
  $("chat").scrollTop = $("chat").scrollHeight;
  $("silent").hidden = all.length > 0;
}

function hold(button) {
  holder = button.dataset.phone;
  for (const one of document.querySelectorAll("[data-phone]")) {
    one.setAttribute("aria-pressed", String(one === button));
  }
  $("unsent").hidden = true;
  $("scanned").hidden = true;
  signed();
  refresh().catch(() => {});
}

// The popup of wx.requestSubscribeMessage: the platform counts the answer and tells the product.
async function decide(template, accept) {
  if (deciding) return;
  deciding = true;
  // Not disabled, which would take the focus away.
  for (const button of $("templates").querySelectorAll("button")) button.ariaDisabled = "true";
  try {
    await ask("subscriptions", { visitor: holder, template, accept });
    const answer = { TemplateId: template, PopupScene: "2",
      SubscribeStatusString: accept ? "accept" : "reject" };
    await push("subscribe_msg_popup_event", { List: [answer] });
    await new Promise((done) => setTimeout(done, EVENT_MS));
  } catch {
    fail("模拟器没有响应", "The simulator does not answer");
  }
  deciding = false;
  offered = "";
  await templates();
}

function offer({ template, events, credits }) {
  const row = $("template").content.cloneNode(true);
  row.querySelector("li").dataset.template = template;
  row.querySelector(".name").textContent = template;
  row.querySelector(".events").textContent = events.join(" · ");
  row.querySelector(".credits").replaceChildren(
    ...bilingual(`还可收 ${credits} 条`, `${credits} left`),
  );
  const [accept, refuse] = row.querySelectorAll("button");
  accept.addEventListener("click", () => decide(template, true));
  refuse.addEventListener("click", () => decide(template, false));
  return row;
}

async function templates() {
  const { items } = await ask(`templates?visitor=${encodeURIComponent(holder)}`);
  const now = JSON.stringify([holder, items]);
  if (deciding || now === offered) return;
  offered = now;
  const focused = $("templates").contains(document.activeElement)
    && [...$("templates").querySelectorAll("button")].indexOf(document.activeElement);
  $("templates").replaceChildren(...items.map(offer));
  if (focused !== false) $("templates").querySelectorAll("button")[focused]?.focus();
  $("untold").hidden = items.length > 0;
}

async function codes() {
  const { items } = await ask("codes");
  const now = items.map((one) => one.scene).join();
  if (now === drawn) return;
  drawn = now;
  const chosen = $("code").value;
  $("code").replaceChildren(...items.map(({ scene, page }) => new Option(`${page} · ${scene}`, scene)));
  if (items.some((one) => one.scene === chosen)) $("code").value = chosen;
  $("scan").hidden = !items.length;
  $("undrawn").hidden = items.length > 0;
}

async function scan(event) {
  event.preventDefault();
  $("scanned").hidden = true;
  try {
    const { page, status, answer } = await ask("scans", { visitor: holder, scene: $("code").value });
    const told = status === 200
      ? bilingual(`打开 ${page}，渠道 ${answer.channel}`, `opens the page; channel ${answer.channel}`)
      : bilingual(`打开 ${page}，产品答复 ${status}`, `opens the page; the product answers ${status}`);
    $("scanned").replaceChildren(...told);
    $("scanned").hidden = false;
  } catch {
    fail("模拟器没有响应", "The simulator does not answer");
  }
}

/** Show what is new on the phone. */
export async function refresh() {
  await Promise.all([chat(), templates(), codes()]);
}

for (const button of document.querySelectorAll("[data-phone]")) {
  button.addEventListener("click", () => hold(button));
}
$("sign-in").addEventListener("click", signIn);
$("write").addEventListener("submit", write);
$("enter").addEventListener("click", () => push("user_enter_tempsession", {}));
$("scan").addEventListener("submit", scan);
