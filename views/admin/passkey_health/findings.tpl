% # Needs: findings (list[passkey_health.Finding])
<ul class="list">
% for finding in findings:
<li><span class="grow">{{finding.sentence}}
% if finding.includes_me:
<strong>{{_("You are among them.")}}</strong>
% end
</span>
% if finding.people:
<a href="/settings/admin/users?state={{finding.state}}" aria-label="{{_("Show them: {sentence}").format(sentence=finding.sentence)}}">{{_("Show them")}}</a>
% else:
<span class="tag good">{{_("Nobody")}}</span>
% end
</li>
% end
</ul>
