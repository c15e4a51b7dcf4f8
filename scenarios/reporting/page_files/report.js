"use strict";
// Draws every chart at the width of its place, again when that changes and before printing.
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const config = { displayModeBar: false, responsive: false, displaylogo: false, showLink: false };
  const A4 = 680; // pixels between the margins of a printed page
  function place(key) { return document.getElementById("chart-" + key); }
  function layout(figure, width) {
    const whole = Object.assign({}, figure.layout, { width: width });
    if (width < 760) {
      if (width < 520) whole.font = Object.assign({}, figure.layout.font, { size: 11 });
      // The legend then has a line for each of its entries, which must not take the height of the rows.
      const entries = figure.data.filter(function (one) { return one.showlegend !== false; }).length;
      if (figure.layout.showlegend) whole.height += 20 * entries;
    }
    return whole;
  }
  const drawn = {};
  function draw(width) {
    for (const key of Object.keys(figures)) {
      const node = place(key);
      const size = Math.floor(width || node.clientWidth || 320);
      if (drawn[key] === size) continue;
      drawn[key] = size;
      node.style.minHeight = "0";
      Plotly.react(node, figures[key].data, layout(figures[key], size), config);
    }
  }
  draw(0);
  let waiting = null;
  window.addEventListener("resize", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(function () { draw(0); }, 120);
  });
  window.addEventListener("beforeprint", function () { draw(A4); });
  window.addEventListener("afterprint", function () { draw(0); });
  document.documentElement.setAttribute("data-drawn", String(Object.keys(figures).length));
})();
