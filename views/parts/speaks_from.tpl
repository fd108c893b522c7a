% # Needs: client (Client)
% if client.describes_itself:
<p class="notice">{{_("{app} is not set up here: it introduces itself from {host}. Go on only if you know that address.").format(app=client.name, host=client.id.split("/")[2])}}</p>
% end
