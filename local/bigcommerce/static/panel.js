// Only the browser knows how long a frame took: tell the panel, and show faults and log as they are then.
const frame = document.querySelector("iframe[data-report]");

async function report(milliseconds) {
  const answer = await fetch(frame.dataset.report, {
    method: "POST",
    body: new URLSearchParams({ milliseconds: Math.round(milliseconds) }),
  });
  if (answer.ok) {
    document.querySelector("aside").innerHTML = await answer.text();
  }
}

if (frame) {
  new PerformanceObserver((list) => {
    list
      .getEntries()
      .filter((entry) => entry.initiatorType === "iframe")
      .forEach((entry) => report(entry.duration));
  }).observe({ type: "resource", buffered: true });
}
