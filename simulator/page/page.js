"use strict";

const EVERY_MS = 2000;
const $ = (id) => document.getElementById(id);
const bilingual = (chinese, english) => {
  const inEnglish = document.createElement("span");
  inEnglish.lang = "en";
  inEnglish.textContent = english;
  return [`${chinese} `, inEnglish];
};

let expiresAt = 0;
let shown = "";

async function ask(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`__sim__/${path}`, options);
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

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

let holder = "测试访客 A";
let chatted = "";
// What visitors wrote on this page; what they received is the simulator's.
const written = [];

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
  at.textContent = new Date(message.at).toLocaleTimeString("zh-CN", {
    timeZone: "Asia/Shanghai", hour12: false,
  });
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
  chat().catch(() => {});
}

async function refresh() {
  try {
    const { items } = await ask("mail");
    await chat();
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
for (const button of document.querySelectorAll("[data-phone]")) {
  button.addEventListener("click", () => hold(button));
}
$("write").addEventListener("submit", write);
$("enter").addEventListener("click", () => push("user_enter_tempsession", {}));
$("copy").addEventListener("click", copy);
setInterval(countDown, 500);
refresh();
