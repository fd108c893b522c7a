% # Needs: request (Request); a page without a form does not read its token, and so sets no browser cookie
<input type="hidden" name="form_token" value="{{request.form_token}}">
