-- What `vim.lsp.enable('inhouse')` starts. Say otherwise with `vim.lsp.config('inhouse', { … })`.
return {
  cmd = { 'inhouse', 'serve' },
  root_markers = { '.inhouse.toml', '.git' },
  reuse_client = function(client, config)
    return require('inhouse.connection').serves(client, config)
  end,
  init_options = { client = { streamChat = 'progress' } },
  capabilities = {
    textDocument = { inlineCompletion = { dynamicRegistration = false } },
    -- Neovim takes these and does not say so.
    workspace = { workspaceEdit = { documentChanges = true } },
  },
  handlers = {
    ['$/progress'] = function(...)
      return require('inhouse.progress').receive(...)
    end,
    ['workspace/applyEdit'] = function(...)
      return require('inhouse.edits').receive(...)
    end,
    ['window/showDocument'] = function(...)
      return require('inhouse.chat').show_document(...)
    end,
    ['window/showMessage'] = function(...)
      return require('inhouse.connection').show_message(...)
    end,
  },
  commands = {
    ['inhouse.action'] = function(command, context)
      require('inhouse.action').run(command.arguments[1], context)
    end,
    ['inhouse.chat'] = function(command)
      local argument = command.arguments[1]
      require('inhouse.chat').send(vim.uri_to_bufnr(argument.uri), argument)
    end,
  },
  on_exit = function(_, _, client_id)
    vim.schedule(function()
      require('inhouse.connection').ended(client_id)
    end)
  end,
}
