// Passkeys: a form with data-passkey asks the browser when it is sent, puts the answer into its field and goes on.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/[+/=]/g, (c) => ({ "+": "-", "/": "_" })[c] ?? "");
const listed = (list) => list?.map((entry) => ({ ...entry, id: bytes(entry.id) }));

// Browsers before 2025 lack the JSON forms of options and answers.
function parsed(kind, options) {
  const own = kind === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (PublicKeyCredential[own]) return PublicKeyCredential[own](options);
  const result = { ...options, challenge: bytes(options.challenge) };
  if (options.user) result.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) result.allowCredentials = listed(options.allowCredentials);
  if (options.excludeCredentials) result.excludeCredentials = listed(options.excludeCredentials);
  return result;
}

function serialized(credential) {
  try { return JSON.stringify(credential.toJSON()); } catch { /* some password managers answer without it */ }
  const { id, type, response } = credential;
  const parts = { transports: response.getTransports?.() };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) parts[name] = text(response[name]);
  return JSON.stringify({ id, rawId: id, type, response: parts, clientExtensionResults: credential.getClientExtensionResults() });
}

function problem(error, texts) {
  if (/certificate/i.test(error.message)) return texts.certificate;
  return { NotAllowedError: texts.notAllowed, InvalidStateError: texts.registered, SecurityError: texts.address }[error.name] ?? texts.other;
}

let running;
async function ask(form, extra = {}) {
  const shown = form.querySelector("[data-problem]");
  running?.abort(new DOMException("", "AbortError"));
  running = new AbortController();
  try {
    const publicKey = parsed(form.dataset.passkey, JSON.parse(form.dataset.options));
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey, signal: running.signal, ...extra });
    form.elements.credential.value = serialized(credential);
    form.submit();
  } catch (error) {
    if (error.name === "AbortError" || extra.mediation) return;
    shown.textContent = problem(error, form.dataset);
    shown.hidden = false;
    offer(form);
  }
}

// Passkeys among the suggestions of the form's text field, where the browser can do that.
async function offer(form) {
  if (form.querySelector("[autocomplete~=webauthn]") && await PublicKeyCredential.isConditionalMediationAvailable?.()) ask(form, { mediation: "conditional" });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => { event.preventDefault(); if (window.PublicKeyCredential) ask(form); });
  if (window.PublicKeyCredential) offer(form);
  else form.querySelector("[data-supported]").replaceWith(form.querySelector("template").content);
}
for (const { dataset } of document.querySelectorAll("[data-signals]"))
  for (const [name, argument] of Object.entries(JSON.parse(dataset.signals))) window.PublicKeyCredential?.[name]?.(argument)?.catch(() => {});
