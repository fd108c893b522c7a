"""Pocketid: a self-hosted OpenID Connect provider whose people sign in with passkeys.

The strata, from the ground up; each imports only from its own line or below it:

ground   paths, errors, config, log, crypto, db, request, response, render, text, gate ...: know nothing of people.
areas    users, clients, sessions, tokens, audit, outbox ...: the rules and all named SQL; no HTTP, no HTML.
oidc     one file for each endpoint or rule of the protocol: Request in, Response out; owns no SQL.
edges    pages (HTML) and api (JSON): read a form, call an area, name a view.
seam     routes, web, jobs: the URL map, Bottle, the transaction, the guards, work beside the requests.
cli      the ways into the process.
"""

__version__ = "0.1.0"
