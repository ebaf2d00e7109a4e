// Filling in a form with anything, and reading what is said of it.
globalThis.forms = (() => {
  const named = (form, name) =>
    [...form.elements].filter((element) => element.name === name && element.type !== "hidden");

  // The browser's own checks are taken away: they are a comfort, and no guard.
  const loosen = (element) => {
    for (const name of ["maxlength", "min", "pattern", "required"]) element.removeAttribute(name);
    if (["date", "email"].includes(element.type)) element.type = "text";
    element.disabled = false;
  };

  const choose = (elements, value) => {
    const wanted = [value].flat();
    for (const element of elements) element.checked = wanted.includes(element.value);
    if (wanted.length && !elements.some((element) => element.checked)) {
      [elements[0].value] = wanted; // what is no choice
      elements[0].checked = true;
    }
  };

  const pick = (select, value) => {
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
    select.value = value;
  };

  const put = (form, name, value) => {
    const elements = named(form, name);
    if (!elements.length) throw new Error(`there is no field ${name}`);
    const [first] = elements;
    if (["checkbox", "radio"].includes(first.type)) choose(elements, value);
    else if (first.localName === "select") pick(first, value);
    else first.value = value;
  };

  const typed = (elements) =>
    ["checkbox", "radio"].includes(elements[0].type)
      ? elements.filter((element) => element.checked).map((element) => element.value)
      : elements[0].value;

  const words = (element) => (element ? element.textContent.replace(/\s+/g, " ").trim() : "");

  const describe = (element) =>
    (element.getAttribute("aria-describedby") || "")
      .split(" ").map((id) => document.getElementById(id))
      .filter((one) => one?.matches(".wrong") && one.checkVisibility()).map(words).join(" ");

  return {
    fill(form, values) {
      form.noValidate = true;
      for (let box = form; box; box = box.parentElement) if (box.localName === "details") box.open = true;
      for (const element of form.elements) loosen(element);
      for (const [name, value] of Object.entries(values)) put(form, name, value);
    },
    read(action) {
      const form = document.querySelector(`form[action='${action}']`);
      if (!form) return null;
      const names = new Set([...form.elements].filter((one) => one.type !== "hidden" && one.name).map((one) => one.name));
      const result = { general: words(document.querySelector("main [role=alert]")), said: {}, typed: {}, secrets: [] };
      for (const name of names) {
        const elements = named(form, name);
        result.typed[name] = typed(elements);
        if (elements[0].type === "password") result.secrets.push(elements[0].value);
        // Radio buttons are wrong together.
        const said = elements[0].type === "radio" ? elements[0].closest("[role=radiogroup]") : elements[0];
        if (said.getAttribute("aria-invalid") === "true") result.said[name] = describe(said);
      }
      return result;
    },
  };
})();
