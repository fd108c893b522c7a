% # Needs: form_token (str)
<input type="hidden" name="form_token" value="{{form_token}}">
