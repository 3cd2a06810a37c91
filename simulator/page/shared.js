// What both halves of the page use.

export const $ = (id) => document.getElementById(id);

export const bilingual = (chinese, english) => {
  const inEnglish = document.createElement("span");
  inEnglish.lang = "en";
  inEnglish.textContent = english;
  return [`${chinese} `, inEnglish];
};

export async function ask(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`__sim__/${path}`, options);
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}
