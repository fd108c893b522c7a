// Small enhancements; every page works without them.
const announcement = document.querySelector("#announcement");

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
    } catch { // without https there is no clipboard: the text is marked, to be copied by hand
      getSelection().selectAllChildren(source);
      return;
    }
    const label = button.textContent;
    announcement.textContent = button.textContent = button.dataset.copied;
    setTimeout(() => { announcement.textContent = ""; button.textContent = label; }, 1500);
  });
}

// On a phone the menu scrolls sideways: the page one is on shall be seen in it.
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Times are written in the reader's zone, which the server cannot know otherwise.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
if (timeZone) document.cookie = `${prefix}zone=${timeZone}; Path=/; Max-Age=34560000; SameSite=Lax${secure}`;
