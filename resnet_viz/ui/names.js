// Streamlit's own controls, as a screen reader calls them: each once, with what it belongs to, in the
// reader's language. The words come with the page (streamlits_words.py); styled_page.py puts this into it.

(() => {
  const WAIT_MS = 100;
  const BEGINNINGS = { "Help for ": "help", "Remove ": "remove" };
  const WHOLE = { "Clear all": "clear", "Navigate to home page": "home" };

  function said(word, name) {
    const text = getComputedStyle(document.documentElement).getPropertyValue(`--word-${word}`).trim();
    return text && JSON.parse(text).replace("{name}", name);
  }

  const labelOf = (button, owner, field) => button.closest(owner)?.querySelector(field)?.getAttribute("aria-label");

  function wanted(button, called) {
    if (button.matches('[aria-haspopup="listbox"]')) {
      return said("open", labelOf(button, ".stSelectbox, .stMultiSelect", "[role=combobox]"));
    }
    const step = { stNumberInputStepDown: "less", stNumberInputStepUp: "more" }[button.dataset.testid];
    if (step) return said(step, labelOf(button, ".stNumberInput", "input"));
    const beginning = Object.keys(BEGINNINGS).find((words) => called.startsWith(words));
    if (beginning) return said(BEGINNINGS[beginning], called.slice(beginning.length));
    return called in WHOLE && said(WHOLE[called], "");
  }

  function mend() {
    for (const button of document.querySelectorAll(".stApp button[aria-label]")) {
      const label = button.getAttribute("aria-label");
      // Streamlit's own word is kept: the language may change, and Streamlit does not say it again.
      if (label !== button.dataset.named) button.dataset.called = label;
      const name = wanted(button, button.dataset.called);
      if (!name || name === label) continue;
      button.dataset.named = name;
      button.setAttribute("aria-label", name);
    }
    // Named by its label and by the group of that name.
    for (const slider of document.querySelectorAll(".stSlider input[aria-label][aria-labelledby]")) {
      slider.removeAttribute("aria-labelledby");
    }
  }

  let waiting = 0;
  const observer = new MutationObserver(() => {
    waiting ||= setTimeout(() => {
      waiting = 0;
      mend();
    }, WAIT_MS);
  });
  const attributeFilter = ["aria-label", "aria-labelledby"];
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter });
})();
