// A page that waits for something done elsewhere: it asks, ever more rarely, and goes on by itself.
const form = document.querySelector("form[data-state]");
let pause = 2000;

async function look() {
  try {
    const { state } = await (await fetch(form.dataset.state, { cache: "no-store" })).json();
    if (state === "approved") { form.submit(); return; }
    if (state !== "waiting") { location.reload(); return; }
  } catch { /* the network is away: ask again */ }
  pause = Math.min(pause * 1.1, 8000);
  setTimeout(look, pause);
}

if (form) setTimeout(look, form.querySelector("button") ? 0 : pause);
