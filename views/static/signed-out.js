// The signed-out page goes on to the app once its frames have loaded, or after three seconds; the link does it without script.
const onwards = document.querySelector("a[data-onwards]");
const loaded = [...document.querySelectorAll("iframe")].map((frame) => new Promise((done) => frame.addEventListener("load", done)));

if (onwards) {
  Promise.race([Promise.all(loaded), new Promise((done) => setTimeout(done, 3000))]).then(() => location.assign(onwards.href));
}
