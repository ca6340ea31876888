/* Light, dark or as the system says; set before the first paint, so it is a classic script in the head.
   A [data-theme-choice] button anywhere chooses, in all tabs at once. */
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const choice = () => {
    try {
      const kept = localStorage.getItem("theme");
      return kept === "light" || kept === "dark" ? kept : "system";
    } catch {
      return "system"; // storage may be forbidden
    }
  };

  const show = () => {
    const chosen = choice();
    root.dataset.bsTheme = chosen === "system" ? (system.matches ? "dark" : "light") : chosen;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      const state = button.getAttribute("role") === "menuitemradio" ? "aria-checked" : "aria-pressed";
      button.setAttribute(state, String(button.dataset.themeChoice === chosen));
    }
  };

  show();
  system.addEventListener("change", show);
  addEventListener("storage", show);
  addEventListener("DOMContentLoaded", show);
  addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      // Django's admin reads the same key and knows light and dark only.
      if (button.dataset.themeChoice === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", button.dataset.themeChoice);
    } catch {
      root.dataset.bsTheme = button.dataset.themeChoice === "dark" ? "dark" : "light";
      return;
    }
    show();
  });
})();
