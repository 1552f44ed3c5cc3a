;;; inhouse-connection.el --- The connection to the Inhouse server -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; One server process an Emacs, started with the first request.  What the
;; server asks in its turn is answered by methods of `inhouse-answer'.

;;; Code:

(require 'cl-lib)
(require 'eieio)
(require 'jsonrpc)
(require 'project)
(require 'seq)
(require 'subr-x)
(require 'url-util)

(defgroup inhouse nil
  "Chat, completion and code actions on your own inference."
  :group 'tools)

(defcustom inhouse-command '("inhouse" "serve")
  "The language server: a program and its arguments."
  :type '(repeat string))

(defcustom inhouse-settings nil
  "Settings of the server, as a plist with the keys of its documentation.
An example: (:backends (:lab (:url \"http://127.0.0.1:8000\"))).  They count
from the server's next start on.  Keys for backends do not belong here."
  :type 'plist)

(defconst inhouse--nothing (make-hash-table)
  "What becomes {} in JSON.")

(defconst inhouse--client-capabilities
  '(:general (:positionEncodings ["utf-32" "utf-16"]) ; as Emacs counts
    :window (:workDoneProgress t :showDocument (:support t))
    :workspace
    (:applyEdit t :configuration t
     :workspaceEdit (:documentChanges t :resourceOperations ["create"]))
    :textDocument
    (:codeAction
     (:codeActionLiteralSupport
      (:codeActionKind (:valueSet ["quickfix" "refactor" "source"]))))))

(defconst inhouse--cancelled -32800 "The error code of a stopped request.")
(defconst inhouse--not-found -32601 "The error code for an unknown method.")
(defconst inhouse--gone -1 "The error code of jsonrpc when a server ends.")

(defconst inhouse--patience 30
  "Seconds until an answer is given up that no model has to be waited for.")

(defvar inhouse-connected-hook nil
  "Run when a server has just been started.")

(defvar inhouse--connection nil "The one connection, or nil.")
(defvar inhouse--down nil
  "Whether the server has ended, or could not be started.")
(defvar inhouse--folders nil "The workspace folders that the server knows.")
(defvar inhouse--progress nil "What the server is doing: an alist by token.")
(defvar inhouse--streams nil
  "Functions that take the values of a stream of ours: an alist by token.")

;;;; From us to the server

(defun inhouse-running-p ()
  "Whether there is a server."
  (and inhouse--connection (jsonrpc-running-p inhouse--connection)))

(defun inhouse-request (method params)
  "The server's answer to METHOD with PARAMS, which is waited for.
`jsonrpc-request' leaves its wait from within the process filter, and what came
together with the answer then lies there until the server says something else."
  (let (answered result problem)
    (inhouse-request-async method params
                           (lambda (it) (setq answered t result it))
                           (lambda (it) (setq answered t problem it)))
    (with-timeout (inhouse--patience)
      (while (not answered)
        (accept-process-output nil 0.05)))
    (cond (problem (user-error "%s" (inhouse--sentence problem)))
          (answered result)
          (t (user-error "Inhouse: the server does not answer")))))

(defun inhouse-request-async (method params success &optional failure)
  "Ask for METHOD with PARAMS; SUCCESS is called with the result.
An error is told, unless there is a FAILURE to be called with it.  There is no
time limit: the server knows how long a model may take."
  (jsonrpc-async-request (inhouse--connect) method params :timeout nil
                         :success-fn success
                         :error-fn (or failure #'inhouse--failed)))

(defun inhouse-notify (method params)
  "Tell the server METHOD with PARAMS, if there is one."
  (when (inhouse-running-p)
    (jsonrpc-notify inhouse--connection method params)))

(defun inhouse-execute (command argument)
  "The result of the server's COMMAND with ARGUMENT."
  (inhouse-request :workspace/executeCommand
                   (list :command command :arguments (vector argument))))

(defun inhouse-execute-async (command argument success &optional failure)
  "Have the server execute COMMAND with ARGUMENT.
For SUCCESS and FAILURE see `inhouse-request-async'."
  (inhouse-request-async :workspace/executeCommand
                         (list :command command :arguments (vector argument))
                         success failure))

(defun inhouse--failed (problem)
  "Tell what PROBLEM there was and what to do, unless somebody stopped it."
  (unless (eql (plist-get problem :code) inhouse--cancelled)
    (message "%s" (inhouse--sentence problem))))

(defun inhouse--sentence (problem)
  "PROBLEM in words, with what to do about it."
  (string-trim (format "Inhouse: %s %s" (plist-get problem :message)
                       (or (plist-get (plist-get problem :data) :hint) ""))))

;;;; Its life

(defun inhouse--connect ()
  "The connection; the server is started if there is none."
  (unless (inhouse-running-p)
    (inhouse--start (inhouse--root))
    (run-hooks 'inhouse-connected-hook))
  inhouse--connection)

(defun inhouse--start (root)
  "Start the server in the folder ROOT."
  (let ((default-directory root))
    (setq inhouse--down t
          inhouse--progress nil
          inhouse--streams nil
          inhouse--folders (list root)
          inhouse--connection
          (apply #'jsonrpc-process-connection
                 :name "inhouse"
                 :notification-dispatcher #'inhouse--on-notification
                 :request-dispatcher #'inhouse--on-request
                 :on-shutdown #'inhouse--on-shutdown
                 :process #'inhouse--make-process
                 (inhouse--no-log))))
  (jsonrpc-request inhouse--connection :initialize
                   (inhouse--initialize-params root)
                   :timeout inhouse--patience)
  (jsonrpc-notify inhouse--connection :initialized inhouse--nothing)
  (setq inhouse--down nil))

(defun inhouse--no-log ()
  "The argument for jsonrpc not to keep a copy of what is said.
It is another one from version 1.0.25 on, which comes with Emacs 30."
  (if (seq-find (lambda (slot)
                  (eq (eieio-slot-descriptor-name slot) '-events-buffer-config))
                (eieio-class-slots 'jsonrpc-connection))
      '(:events-buffer-config (:size 0))
    '(:events-buffer-scrollback-size 0)))

(defun inhouse--make-process ()
  "The server's process."
  (make-process :name "inhouse" :command inhouse-command
                :connection-type 'pipe :coding 'utf-8-emacs-unix :noquery t
                ;; jsonrpc expects a buffer of this name.
                :stderr (get-buffer-create "*inhouse stderr*")))

(defun inhouse--initialize-params (root)
  "What a server in ROOT is told first."
  (list :processId (emacs-pid)
        :clientInfo (list :name "inhouse.el" :version emacs-version)
        :rootUri (inhouse--file-uri root)
        :workspaceFolders (vector (inhouse--folder root))
        :capabilities inhouse--client-capabilities
        :initializationOptions
        (list :settings (list :inhouse (or inhouse-settings inhouse--nothing))
              :client '(:secrets t :streamChat "progress"))))

(defun inhouse--on-shutdown (connection)
  "Nothing is under way on CONNECTION any more."
  (when (eq connection inhouse--connection)
    (setq inhouse--connection nil
          inhouse--down t
          inhouse--progress nil
          inhouse--streams nil)
    (force-mode-line-update t)))

(defun inhouse-shutdown ()
  "End the server.  There is another with the next request."
  (interactive)
  (when (inhouse-running-p)
    (let ((connection inhouse--connection))
      (ignore-errors (jsonrpc-request connection :shutdown nil :timeout 3))
      (ignore-errors (jsonrpc-notify connection :exit nil))
      (with-timeout (3)
        (while (jsonrpc-running-p connection)
          (accept-process-output nil 0.05)))
      (jsonrpc-shutdown connection))))

;;;; Folders

(defun inhouse--root ()
  "The folder of this buffer's project, or of its file."
  (let ((project (project-current)))
    (file-name-as-directory
     (expand-file-name (if project (project-root project) default-directory)))))

(defun inhouse--file-uri (file)
  "The URI of FILE."
  (concat "file://" (and (eq system-type 'windows-nt) "/")
          (url-hexify-string (expand-file-name file) url-path-allowed-chars)))

(defun inhouse--folder (root)
  "ROOT as the protocol has it."
  (list :uri (inhouse--file-uri (directory-file-name root))
        :name (file-name-nondirectory (directory-file-name root))))

(defun inhouse--add-folder ()
  "Make sure that the server knows the project of this buffer."
  (let ((root (inhouse--root)))
    (unless (member root inhouse--folders)
      (push root inhouse--folders)
      (inhouse-notify :workspace/didChangeWorkspaceFolders
                      (list :event (list :added (vector (inhouse--folder root))
                                         :removed []))))))

;;;; From the server to us

(cl-defgeneric inhouse-answer (method params)
  "The answer to METHOD, a symbol, with PARAMS, which the server asks."
  (:method (method _params)
   (jsonrpc-error :code inhouse--not-found
                  :message (format "%s is not known" method))))

(defun inhouse--on-request (_connection method params)
  "Answer METHOD with PARAMS."
  (inhouse-answer method params))

(cl-defmethod inhouse-answer ((_ (eql 'workspace/configuration)) params)
  "The sections that PARAMS ask for."
  (vconcat (mapcar (lambda (item)
                     (and (equal (plist-get item :section) "inhouse")
                          inhouse-settings))
                   (plist-get params :items))))

(cl-defmethod inhouse-answer ((_ (eql 'window/workDoneProgress/create)) _params)
  "Every token is fine."
  nil)

(cl-defmethod inhouse-answer ((_ (eql 'window/showMessageRequest)) params)
  "The title picked of those in PARAMS; nil after \\[keyboard-quit]."
  (let* ((titles (mapcar (lambda (action) (plist-get action :title))
                         (plist-get params :actions)))
         (prompt (format "%s " (plist-get params :message)))
         (title (condition-case nil
                    (completing-read prompt titles nil t)
                  (quit nil))))
    (and (member title titles) (list :title title))))

(cl-defmethod inhouse-answer ((_ (eql 'inhouse/secret)) params)
  "The key of the backend in PARAMS; null after \\[keyboard-quit]."
  (let ((prompt (format "Key for %s (%s): " (plist-get params :backend)
                        (plist-get params :origin))))
    (list :value (condition-case nil (read-passwd prompt) (quit nil)))))

(defun inhouse--on-notification (_connection method params)
  "Hear METHOD with PARAMS: progress, and what people are to know."
  (pcase method
    ('$/progress (inhouse--on-progress (plist-get params :token)
                                       (plist-get params :value)))
    ('window/showMessage (message "%s" (plist-get params :message)))))

(defun inhouse--on-progress (token value)
  "Take VALUE, a piece of the stream TOKEN or the state of something."
  (if-let ((stream (alist-get token inhouse--streams nil nil #'equal)))
      (funcall stream value)
    (setf (alist-get token inhouse--progress nil t #'equal)
          (unless (equal (plist-get value :kind) "end")
            (or (plist-get value :message) (plist-get value :title))))
    (force-mode-line-update t)))

(defvar inhouse-mode-line '(:eval (inhouse--mode-line))
  "For `mode-line-misc-info' or the like: what the server is doing.")
(put 'inhouse-mode-line 'risky-local-variable t)

(defun inhouse--mode-line ()
  "What the server is doing, or nothing."
  (if inhouse--progress (format " [%s]" (cdar inhouse--progress)) ""))

(provide 'inhouse-connection)
;;; inhouse-connection.el ends here
