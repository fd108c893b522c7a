% # Needs: mark_class (str)
<svg class="{{mark_class}}" viewBox="0 0 48 48" aria-hidden="true"><path class="mark-fill" d="M7 9h34v19c0 8.5-7.6 14-17 14S7 36.5 7 28z"/><path class="mark-seam" d="M11.5 13.5h25v14.7c0 6-5.6 9.8-12.5 9.8s-12.5-3.8-12.5-9.8z"/><circle class="mark-hole" cx="24" cy="22.5" r="4.3"/><path class="mark-hole" d="M22.3 25h3.4l1.3 7.5h-6z"/></svg>
