// Whether the page's own words stay whole, and its marks visible.

// Runs in the page: the words outside <bdi>, which holds what is not the page's own, that stand on more than one line.
// A line may end behind a hyphen.
export function brokenWords() {
  const broken = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (node.parentElement.closest("bdi, script, style, h1") || !node.parentElement.checkVisibility()) continue;
    for (const word of node.data.matchAll(/[^\s-]+-?/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set(Array.from(range.getClientRects(), ({ top }) => Math.round(top))).size > 1) broken.add(word[0]);
    }
  }
  return [...broken];
}

// Runs in the page: the colours of the background and of text as the system forces them, and that of every mark.
export function markColours() {
  const probe = document.body.appendChild(document.createElement("p"));
  const colourOf = (colour) => {
    probe.style.cssText = `forced-color-adjust: none; color: ${colour}`;
    return getComputedStyle(probe).color;
  };
  const [canvas, text] = ["Canvas", "CanvasText"].map(colourOf);
  probe.remove();
  const marks = Array.from(document.querySelectorAll(".mark"), (mark) => {
    const style = getComputedStyle(mark, "::before");
    const isRing = mark.matches(".never, .waiting");
    return { name: mark.className, colour: isRing ? style.borderTopColor : style.backgroundColor };
  });
  return { canvas, text, marks };
}
