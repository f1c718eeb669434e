// The log has the answer to a frame's request once the frame has loaded.
const frame = document.querySelector("iframe[data-log]");

async function showLog() {
  const answer = await fetch(frame.dataset.log);
  if (answer.ok) {
    document.querySelector("aside").innerHTML = await answer.text();
  }
}

if (frame) {
  new PerformanceObserver((list) => {
    if (list.getEntries().some((entry) => entry.initiatorType === "iframe")) {
      showLog();
    }
  }).observe({ type: "resource", buffered: true });
}
