// Comfort only: every page works without this file.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// The reader's time zone, for the next page that the server writes; it may be another tomorrow, and
// the server lets one that was chosen in the preferences win.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.split("; ").includes(`wheelyard_zone=${zone}`)) {
  document.cookie = `wheelyard_zone=${zone}; Path=/; SameSite=Lax; Max-Age=31536000`;
}

// Copying.  The clipboard is there only where the connection is secure; elsewhere the text is selected
// for the older command, and stays selected where that fails as well.
const copy = async (element) => {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  }
  getSelection().selectAllChildren(element);
  return document.execCommand("copy");
};
for (const button of all("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!await copy(document.getElementById(button.dataset.copy))) return;
    const word = button.querySelector("span");
    const before = word.textContent;
    word.textContent = document.body.dataset.copied;
    setTimeout(() => { word.textContent = before; }, 1500);
  });
}

// Selects that need no button.
for (const form of all("form[data-auto-submit]")) {
  form.addEventListener("change", () => form.requestSubmit());
  all("[data-without-script]", form).forEach((button) => { button.hidden = true; });
}

// A menu closes when one goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("focusin", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});

// A button stays shut until the words have been typed.
for (const input of all("[data-must-be]")) {
  const button = input.form.querySelector("button");
  const judge = () => { button.disabled = input.value !== input.dataset.mustBe; };
  input.addEventListener("input", judge);
  judge();
}

// One box for all boxes, and a count of what is chosen.
for (const box of all("[data-select-all]")) {
  const boxes = all(`input[name="${box.dataset.selectAll}"]`, box.closest("form"));
  const button = box.closest("form").querySelector("[data-needs-choice]");
  const judge = () => {
    const chosen = boxes.filter((one) => one.checked).length;
    box.checked = chosen > 0 && chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
    if (button) button.disabled = chosen === 0;
  };
  box.hidden = boxes.length === 0; // all may be kept by a rule
  box.addEventListener("change", () => { boxes.forEach((one) => { one.checked = box.checked; }); judge(); });
  boxes.forEach((one) => one.addEventListener("change", judge));
  judge();
}

// Search as one types.
for (const form of all("form[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("div");
  list.className = "suggestions";
  list.id = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "dialog");
  list.setAttribute("aria-label", form.dataset.suggestions);
  const count = document.createElement("p");
  count.className = "visually-hidden";
  count.setAttribute("aria-live", "polite");
  form.append(list, count);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-haspopup", "dialog");
  input.setAttribute("aria-controls", list.id);
  const show = (isShown) => {
    list.hidden = !isShown;
    input.setAttribute("aria-expanded", String(isShown));
    count.textContent = isShown ? list.querySelector("[data-count]")?.textContent ?? "" : "";
  };
  show(false);
  let asked = 0;
  let timer;
  const close = () => { asked += 1; show(false); };
  const ask = async () => {
    const mine = (asked += 1);
    if (input.value.trim().length < 2) return close();
    const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(input.value)}`).catch(() => null);
    if (!answer || !answer.ok || mine !== asked) return;
    list.innerHTML = await answer.text();
    show(true);
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { close(); input.focus(); event.preventDefault(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [input, ...all("a", list)];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (next && !list.hidden) { next.focus(); event.preventDefault(); }
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
}

// Uploads: dropped or chosen, one request for each file, with a bar that tells how far it is.
for (const drop of all("[data-drop]")) {
  const form = drop.querySelector("form");
  const input = form.querySelector("input[type=file]");
  const list = drop.querySelector(".uploads");
  input.multiple = true;
  all("[data-without-script]", form).forEach((button) => { button.hidden = true; });
  const limit = Number(drop.dataset.limit);
  const key = `wheelyard_failed_${location.pathname}`; // over the reload that shows what was published
  let waiting = Promise.resolve();
  const tell = (text, isGood) => {
    const line = document.createElement("li");
    const said = document.createElement("div");
    said.textContent = text;
    said.className = isGood ? "" : "wrong";
    line.append(said);
    list.append(line);
    return line;
  };
  for (const text of JSON.parse(sessionStorage.getItem(key) || "[]")) tell(text, false);
  sessionStorage.removeItem(key);
  const send = (file) => new Promise((done) => {
    const line = tell(file.name, true);
    const end = (isGood, word) => { line.remove(); tell(`${file.name}: ${word}`, isGood); done(isGood); };
    if (limit && file.size > limit) return end(false, drop.dataset.tooLarge);
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    const cancel = document.createElement("button");
    cancel.type = "button";
    cancel.className = "button small";
    cancel.textContent = drop.dataset.cancel;
    cancel.setAttribute("aria-label", `${drop.dataset.cancel}: ${file.name}`);
    line.append(bar, cancel);
    const data = new FormData();
    data.append("form_token", form.elements.form_token.value);
    data.append("content", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    cancel.addEventListener("click", () => request.abort());
    request.addEventListener("abort", () => end(false, drop.dataset.canceled));
    request.addEventListener("error", () => end(false, drop.dataset.failed));
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* no answer, or another one */ }
      end(request.status === 201, answer.message || drop.dataset.failed);
    });
    request.send(data);
  });
  // What is dropped meanwhile waits for its turn; the last one shows the list anew.
  let left = 0;
  let published = 0;
  const sendAll = (files) => {
    left += files.length;
    for (const file of files) {
      waiting = waiting.then(async () => {
        if (await send(file)) published += 1;
        left -= 1;
        if (left || !published) return;
        sessionStorage.setItem(key, JSON.stringify(all(".wrong", list).map((one) => one.textContent)));
        location.reload();
      });
    }
  };
  input.addEventListener("change", () => { sendAll([...input.files]); input.value = ""; });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  drop.addEventListener("dragleave", (event) => { if (!drop.contains(event.relatedTarget)) drop.classList.remove("over"); });
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    sendAll([...event.dataTransfer.files]);
  });
}
