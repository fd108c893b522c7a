// What is typed or chosen is shown at once on a light and on a dark screen. Nothing is saved; the server makes the shades of a
// colour, so that they are as readable here as they will be.
const sheet = document.querySelector("link[data-colours]");
const chosen = new Map(); // name of a picture -> what is in the file
let accent;

function write(name) {
  for (const { dataset, firstChild } of document.querySelectorAll(".pane [data-text]"))
    firstChild.data = dataset.text.replace("{app}", () => name);
}

// A colour is dragged faster than sheets arrive: the next one is asked for when this one is there.
function paint(colour) {
  const isIdle = !accent;
  accent = colour;
  if (isIdle) ask();
}

function ask() {
  const asked = accent;
  sheet.onload = sheet.onerror = () => {
    if (asked !== accent) ask();
    else accent = undefined;
  };
  sheet.href = sheet.dataset.colours + encodeURIComponent(asked);
}

async function draw(field) {
  const [file] = field.files;
  if (!file?.type.startsWith("image/")) return;
  const reader = new FileReader();
  reader.readAsDataURL(file);
  await new Promise((resolve) => { reader.onloadend = resolve; });
  chosen.set(field.closest("section").id, reader.result);
  for (const image of field.closest("section").querySelectorAll(".swatch img")) image.src = reader.result;
  for (const place of document.querySelectorAll("[data-pictures]")) {
    const address = place.dataset.pictures.split(" ").map((name) => chosen.get(name)).find(Boolean);
    if (address) place.replaceChildren(Object.assign(new Image(), { className: "mark", alt: "", src: address }));
  }
}

addEventListener("input", ({ target: field }) => {
  if (field.name === "app_name") write(field.value);
  if (field.type === "color") field.form.elements.accent.value = "own";
  if (field.type === "file") draw(field);
  if (field.name?.startsWith("accent"))
    paint(field.form.elements.accent.value === "own" ? field.form.elements.accent_color.value : "default");
});
document.querySelector("[data-preview]")?.remove();
