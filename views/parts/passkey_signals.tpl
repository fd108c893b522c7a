% # Needs: signals (JSON text of webauthn.signals: method of the Signal API -> argument); the page loads passkey.js
<div hidden data-signals="{{signals}}"></div>
