% # Needs: newer, older (str: query of an address, empty where there is no more)
% if newer or older:
<nav class="pager" aria-label="{{_("Pages")}}"><span>
% if newer:
<a href="{{newer}}" rel="prev">{{_("Newer")}}</a>
% end
</span><span>
% if older:
<a href="{{older}}" rel="next">{{_("Older")}}</a>
% end
</span></nav>
% end
