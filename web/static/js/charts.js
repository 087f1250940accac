// Draws the charts of a page from the data that stands in it; the table beside says the same.
// <canvas data-module="banjie-chart" data-chart="#id"> with
// <script type="application/json" id="id">{"kind", "unit", "labels", "series": [{"label", "values"}]}</script>
import "../vendor/chart/chart.umd.min.js";

const INKS = ["#0f4a4f", "#c98a00", "#1d4673", "#a3241d", "#493a6d", "#5f6f74"];
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function draw(canvas) {
  const data = JSON.parse(document.querySelector(canvas.dataset.chart).textContent);
  const paints = data.series.map((series, index) => ({
    label: series.label,
    data: series.values,
    backgroundColor: INKS[index % INKS.length],
    borderColor: INKS[index % INKS.length],
    borderWidth: data.kind === "line" ? 2 : 0,
    maxBarThickness: 46,
  }));
  const text = { color: "#16262b", font: { family: getComputedStyle(document.body).fontFamily, size: 14 } };
  new window.Chart(canvas, {
    type: data.kind,
    data: { labels: data.labels, datasets: paints },
    options: {
      animation: still ? false : { duration: 300 },
      maintainAspectRatio: false,
      plugins: { legend: { display: paints.length > 1, labels: text } },
      scales: {
        x: { ticks: text, grid: { display: false } },
        y: { beginAtZero: true, ticks: text, title: { display: Boolean(data.unit), text: data.unit, ...text } },
      },
    },
  });
}

for (const canvas of document.querySelectorAll('[data-module="banjie-chart"]')) draw(canvas);
