// An app that keeps to the FAPI 2.0 Security Profile, by openid-client as it is: it signs with its own key, pushes its requests
// and proves a key for its tokens (DPoP). Settings come from the environment.
//   GET /keys       its public keys, to be registered
//   GET /login      pushes a request and sends the browser on its way
//   GET /callback   what was learnt, and what a thief of the tokens would learn
import http from "node:http";
import * as client from "openid-client";

const { ISSUER, CLIENT_ID, ORIGIN, PORT } = process.env;
const own = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
const kid = "app-key-1";
const keyPair = await client.randomDPoPKeyPair("ES256");
const waiting = new Map();
let known;

async function discover() {
  known ??= await client.discovery(new URL(ISSUER), CLIENT_ID, { response_types: ["code"], id_token_signed_response_alg: "ES256" },
    client.PrivateKeyJwt({ key: own.privateKey, kid }), { execute: [client.allowInsecureRequests] });
  return { config: known, DPoP: client.getDPoPHandle(known, keyPair) };
}

async function begin() {
  const { config, DPoP } = await discover();
  const verifier = client.randomPKCECodeVerifier(), state = client.randomState();
  waiting.set(state, verifier);
  return client.buildAuthorizationUrlWithPAR(config, { redirect_uri: `${ORIGIN}/callback`, scope: "openid profile offline_access", state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" }, { DPoP });
}

async function finish(url) {
  const { config, DPoP } = await discover();
  const state = url.searchParams.get("state");
  const tokens = await client.authorizationCodeGrant(config, url, { expectedState: state, pkceCodeVerifier: waiting.get(state) }, undefined, { DPoP });
  const claims = tokens.claims();
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub, { DPoP });
  const thief = await fetch(config.serverMetadata().userinfo_endpoint, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  const again = await client.fetchUserInfo(config, renewed.access_token, claims.sub, { DPoP });
  return { claims, userinfo, again, types: [tokens.token_type, renewed.token_type], thief: thief.status,
    alg: JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url")).alg };
}

async function answer(request) {
  const url = new URL(request.url, ORIGIN);
  if (url.pathname === "/login") return { to: await begin() };
  if (url.pathname === "/callback") return { shown: await finish(url) };
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", own.publicKey);
  return { shown: { keys: [{ kty, crv, x, y, kid, use: "sig" }] } };
}

http.createServer(async (request, response) => {
  const { to, shown } = await answer(request).catch((error) => ({ shown: { message: String(error), cause: String(error.cause?.error_description ?? error.error_description) } }));
  if (to) return response.writeHead(302, { Location: to.href }).end();
  const text = JSON.stringify(shown).replace(/[&<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(`<!doctype html><title>App</title><h1>App</h1><pre id=result>${text}</pre>`);
}).listen(Number(PORT), "localhost", () => console.log("listening"));
