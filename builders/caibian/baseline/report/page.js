"use strict";
const plots = JSON.parse(document.getElementById("plots").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const palettes = {
  light: ["#0b5cad", "#c2571a", "#2e7d4f", "#8a4fa3"],
  dark: ["#7db7f5", "#f0a35e", "#7fcf9b", "#d3a3e6"],
};

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis(own) {
  return { gridcolor: colour("--line"), zerolinecolor: colour("--line"), linecolor: colour("--line"), automargin: true, ...own };
}

function counts(lines) {
  const most = Math.max(1, ...lines.flat());
  return { thickness: 10, outlinewidth: 0, ...(most < 8 ? { dtick: 1 } : { nticks: 6 }) };
}

function draw(plot) {
  const box = document.getElementById(plot.name);
  const traces = plot.traces.map((trace) =>
    trace.type === "heatmap"
      ? { ...trace, colorscale: [[0, colour("--low")], [1, colour("--high")]], zmin: 0, colorbar: counts(trace.z) }
      : trace);
  box.classList.toggle("dense", traces.some((trace) => trace.type === "heatmap" && trace.x.length > 8));
  const layout = {
    ...plot.layout,
    xaxis: axis(plot.layout.xaxis),
    yaxis: axis(plot.layout.yaxis),
    margin: { l: 10, r: 16, t: traces.length > 1 ? 34 : 12, b: 30 },
    height: plot.height,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    colorway: dark.matches ? palettes.dark : palettes.light,
    font: { family: getComputedStyle(document.body).fontFamily, color: colour("--ink"), size: 12 },
    legend: { orientation: "h", traceorder: "normal", y: 1, yanchor: "bottom", x: 0 },
    showlegend: traces.length > 1,
    hoverlabel: { font: { family: getComputedStyle(document.body).fontFamily } },
    dragmode: false,
  };
  return Plotly.react(box, traces, layout, { responsive: true, displayModeBar: false, displaylogo: false, scrollZoom: false });
}

function drawAll() {
  return Promise.all(plots.map(draw)).then((boxes) => {
    document.body.dataset.drawn = String(boxes.length);
  });
}

function search() {
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const element of cases) {
    const text = element.textContent.toLowerCase();
    element.hidden = !wanted.every((word) => text.includes(word));
    shown += element.hidden ? 0 : 1;
  }
  document.getElementById("found").textContent = `${shown} of ${cases.length} texts shown`;
}

const cases = [...document.querySelectorAll(".case")];
const field = document.getElementById("search");
if (field) field.addEventListener("input", search);
dark.addEventListener("change", drawAll);
drawAll();
