// OAuth 2.0 Form Post Response Mode: the page posts its form by itself; the button does it where script is off.
document.querySelector("form[data-submit]").submit();
