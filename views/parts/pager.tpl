% # Needs: paging (Paging), base_url (address with every filter but the page, ending in ? or &); optional fragment (with #)
<nav class="pager" aria-label="{{_("Pages")}}">
<span>{{ngettext("{n} in all", "{n} in all", paging.total).format(n=number(paging.total))}}</span>
<span>
% if paging.page > 1:
<a href="{{base_url}}page={{paging.page - 1}}{{get("fragment", "")}}" rel="prev">{{_("Back")}}</a>
% end
{{_("Page {page} of {pages}").format(page=paging.page, pages=paging.pages)}}
% if paging.page < paging.pages:
<a href="{{base_url}}page={{paging.page + 1}}{{get("fragment", "")}}" rel="next">{{_("Next")}}</a>
% end
</span>
</nav>
