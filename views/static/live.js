// A list that is searched while one types: the page that the form asks for is fetched, and its list put into this one.
for (const form of document.querySelectorAll("form[data-live]")) {
  form.querySelector("button").hidden = true;
  let pause, asked;
  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    const address = new URL(form.action);
    address.search = new URLSearchParams([...new FormData(form)].filter(([, text]) => text));
    try {
      const answer = await fetch(address, { signal: asked.signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector(form.dataset.live);
      document.querySelector(form.dataset.live).replaceWith(found);
      document.querySelector("#announcement").textContent = found.dataset.said;
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address); // signed out meanwhile, or the server is away
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(look, 200);
  });
}
