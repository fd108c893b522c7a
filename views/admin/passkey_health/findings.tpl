% # Needs: findings (list[passkey_health.Finding])
<ul class="list">
% for finding in findings:
<li><span class="grow{{"" if finding.people else " soft"}}">{{finding.sentence}}
% if finding.includes_me:
<strong>{{_("You are among them.")}}</strong>
% end
</span>
% if finding.people:
<a href="/settings/admin/users?state={{finding.state}}" aria-label="{{_("Show them: {sentence}").format(sentence=finding.sentence)}}">{{_("Show them")}}</a>
% end
</li>
% end
</ul>
