"use strict";
(() => {
  document.documentElement.classList.add("scripted");
  const said = document.getElementById("said");

  // Pages opened from a file may lack the clipboard: the older command works on a selection, and
  // failing that the selection is there for the keyboard.
  const copySelected = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand("copy");
  };

  const copy = async (element) => {
    try {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    } catch {
      return copySelected(element);
    }
  };

  for (const button of document.querySelectorAll("button[data-copies]")) {
    const label = button.firstChild;
    button.addEventListener("click", async () => {
      const copied = await copy(document.getElementById(button.dataset.copies));
      label.textContent = copied ? "Copied" : "Selected";
      said.textContent = copied ? "Copied" : "Selected: copy it with the keyboard";
      setTimeout(() => { label.textContent = "Copy"; said.textContent = ""; }, 2000);
    });
  }

  // A browser may refuse to store anything: then the ticks last as long as the page.
  const stored = (use) => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };

  for (const box of document.querySelectorAll("input[data-step]:enabled")) {
    const key = `registration-sheet/${document.body.dataset.stack}/${box.dataset.step}`;
    const details = box.closest("li").querySelector("details");
    box.checked = stored((storage) => storage.getItem(key)) === "done";
    details.open = !box.checked;
    box.addEventListener("change", () => {
      details.open = !box.checked;
      stored((storage) => box.checked ? storage.setItem(key, "done") : storage.removeItem(key));
    });
  }
})();
