// Which elements reach over the right edge of the window: the innermost ones, as lines.
(() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];

  const name = (element) =>
    element.localName +
    (element.id ? `#${element.id}` : "") +
    [...element.classList].map((word) => `.${word}`).join("");

  // Text that does not fit reaches out of a box that does.
  const reach = (element) => {
    const box = element.getBoundingClientRect();
    const spills = getComputedStyle(element).overflowX === "visible";
    return Math.ceil(spills ? Math.max(box.right, box.left + element.scrollWidth) : box.right);
  };

  // What scrolls or is cut off inside a box does not widen the page.
  const isHeld = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (getComputedStyle(box).overflowX !== "visible" && reach(box) <= width) return true;
    }
    return false;
  };

  const wide = [...document.body.querySelectorAll("*")].filter(
    (element) => reach(element) > width && !isHeld(element),
  );
  if (!wide.length) return [`something is ${document.scrollingElement.scrollWidth - width} px too wide`];
  return wide
    .filter((element) => !wide.some((other) => other !== element && element.contains(other)))
    .map((element) => `${name(element)} is ${reach(element) - width} px too wide`);
})()
