;;; package.el --- Installs the package, or uses it, in batch mode -*- lexical-binding: t; -*-

(require 'package)
(setq package-user-dir (expand-file-name "packages"))

(defun t-install ()
  "Install the package; a warning of the compiler is an error."
  (setq byte-compile-error-on-warn t)
  (package-install-file (getenv "CLIENT")))

(defun t-use ()
  "See what an Emacs with the package knows before it has loaded it."
  (package-initialize)
  (unless (seq-every-p #'commandp
                       '(inhouse-action inhouse-chat
                         inhouse-chat-mode inhouse-complete inhouse-model
                         inhouse-completion-mode inhouse-status inhouse-stop))
    (error "A command is missing"))
  (when (featurep 'inhouse)
    (error "It is loaded before it is needed"))
  (with-current-buffer (find-file-noselect "plan.chat.md")
    (unless inhouse-chat-mode
      (error "A chat document is not recognised"))))
