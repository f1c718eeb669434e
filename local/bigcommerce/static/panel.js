// A frame's request is answered once it has loaded: show faults and log as they are then.
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
