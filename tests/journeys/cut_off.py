"""What a script in the page finds cut off, or beside the window."""

CUT_OFF = """() => {
  const found = document.documentElement.scrollWidth > innerWidth ? ["the page scrolls sideways"] : [];
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest(".hidden, .skip, header nav, thead, template, noscript, [hidden]")) continue;
    const { left, right, width } = element.getBoundingClientRect();
    const { overflowX, textOverflow } = getComputedStyle(element);
    const clips = overflowX !== "visible" && textOverflow !== "ellipsis" && !element.matches("input, select, textarea");
    const what = element.outerHTML.slice(0, 120);
    if (width && (left < -1 || right > innerWidth + 1)) found.push("outside: " + what);
    if (clips && element.scrollWidth > element.clientWidth + 1) found.push("clipped: " + what);
  }
  return found;
}"""
