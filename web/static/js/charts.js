// Draws the charts of a page from the data that stands in it; the table beside says the same.
// <canvas data-module="banjie-chart" data-chart="#id"> with
// <script type="application/json" id="id">{"kind", "unit", "labels", "series": [{"label", "values", "ink"}]}</script>
// where ink (optional) names a colour of INKS.
import "../vendor/chart/chart.umd.min.js";

const INKS = {
  teal: "#0f4a4f",
  amber: "#c98a00",
  sky: "#1d4673",
  vermilion: "#a3241d",
  plum: "#493a6d",
  grey: "#5f6f74",
  dark: "#4a0f0b",
};
const inkOf = (series, index) => INKS[series.ink] ?? Object.values(INKS)[index % Object.keys(INKS).length];

function draw(canvas) {
  const data = JSON.parse(document.querySelector(canvas.dataset.chart).textContent);
  const paints = data.series.map((series, index) => ({
    label: series.label,
    data: series.values,
    backgroundColor: inkOf(series, index),
    borderColor: inkOf(series, index),
    borderWidth: data.kind === "line" ? 2 : 0,
    maxBarThickness: 46,
  }));
  const text = { color: "#16262b", font: { family: getComputedStyle(document.querySelector("h1")).fontFamily, size: 14 } };
  new window.Chart(canvas, {
    type: data.kind,
    data: { labels: data.labels, datasets: paints },
    options: {
      animation: false, // neither a printed sheet nor a turned phone shows a bar under way
      maintainAspectRatio: false,
      plugins: { legend: { display: paints.length > 1, labels: text } },
      scales: {
        x: { ticks: text, grid: { display: false } },
        y: { beginAtZero: true, ticks: { ...text, precision: 0 }, title: { display: Boolean(data.unit), text: data.unit, ...text } },
      },
    },
  });
}

for (const canvas of document.querySelectorAll('[data-module="banjie-chart"]')) draw(canvas);
