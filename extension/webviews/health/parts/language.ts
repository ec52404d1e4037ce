// uPlot asks the browser for its language as it is loaded, and a browser of the locale POSIX says `en-US@posix`, at
// which `Intl` throws. To be imported before it.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: document.documentElement.lang || "en" });
}
