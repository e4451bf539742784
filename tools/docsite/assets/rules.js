// Filters the rule table. Without this script the table shows everything.
(function () {
  "use strict";
  function start() {
    const form = document.getElementById("rule-filter");
    const table = document.getElementById("rule-table");
    if (!form || !table || form.dataset.ready) return;
    form.dataset.ready = "yes";
    const rows = Array.from(table.tBodies[0].rows, (row) => ({ row, text: row.textContent.toLowerCase() }));
    const fields = Array.from(form.elements).filter((field) => field.name);
    const asked = new URLSearchParams(location.search);
    for (const field of fields) if (asked.has(field.name)) field.value = asked.get(field.name);
    function filter() {
      const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { row, text } of rows) {
        const fits = words.every((word) => text.includes(word)) && fields.every((field) =>
          field.name === "text" || !field.value || row.dataset[field.name].split("|").includes(field.value));
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      document.getElementById("rule-count").textContent = shown + " of " + rows.length;
      const query = new URLSearchParams(fields.filter((f) => f.value).map((f) => [f.name, f.value])).toString();
      history.replaceState(null, "", location.pathname + (query ? "?" + query : "") + location.hash);
    }
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    filter();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
