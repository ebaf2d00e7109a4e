// What can be stopped at with the Tab key, and how a stop looks.
globalThis.keyboard = (() => {
  const CONTROLS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0'], [role=button]";

  const name = (element) =>
    `${element.localName} “${(element.ariaLabel || element.textContent.trim() || element.name || element.id).slice(0, 40)}”`;

  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.disabled && element.tabIndex >= 0;

  const all = () => [...document.querySelectorAll(CONTROLS)].filter(isShown);

  // A group of radio buttons is one stop.
  const key = (element) =>
    element.type === "radio" ? `radio ${element.name}` : all().indexOf(element);

  return {
    begin() {
      document.activeElement.blur();
      document.getSelection().removeAllRanges();
      scrollTo(0, 0);
      const start = document.createElement("span");
      start.tabIndex = -1;
      document.body.prepend(start);
      start.focus();
      start.remove();
    },
    look() {
      const element = document.activeElement;
      if (!element || element === document.body || element === document.documentElement) return null;
      const style = getComputedStyle(element);
      const [box] = element.getClientRects(); // the first line of one that is broken into several
      const x = Math.min(Math.max(box.left + Math.min(box.width, innerWidth) / 2, 0), innerWidth - 1);
      const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
      const over = document.elementFromPoint(x, y);
      const isOver = over && (element.contains(over) || over.contains(element) || over.closest("label")?.control === element);
      return {
        number: String(key(element)),
        name: name(element),
        marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        covered: !isOver,
      };
    },
    missed: (reached) => all().filter((element) => !reached.includes(String(key(element)))).map(name),
  };
})();
