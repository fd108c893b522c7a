% # Needs: client_id; optional small (bool), version and dark_version (digests of its logos)
% base_url = "/api/oidc/clients/" + in_path(client_id) + "/logo"
<picture><source media="(prefers-color-scheme: dark)" srcset="{{base_url}}?light=false{{"&v=" + dark_version if get("dark_version") else "&v=" + version if get("version") else ""}}"><img class="app-logo{{" small" if get("small") else ""}}" src="{{base_url}}{{"?v=" + version if get("version") else ""}}" alt="" width="{{36 if get("small") else 52}}" height="{{36 if get("small") else 52}}"></picture>
