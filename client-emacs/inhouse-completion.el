;;; inhouse-completion.el --- Suggestions as ghost text -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; A suggestion is shown behind point as if it were there.  It stays as long as
;; what you type agrees with it, which asks nobody; the server waits, keeps and
;; drops suggestions by itself.

;;; Code:

(require 'inhouse-document)

(defconst inhouse--wanted 1 "The trigger kind of what somebody asked for.")
(defconst inhouse--unasked 2 "The trigger kind of what came with typing.")

(defcustom inhouse-completion-delay 0.05
  "Seconds without a key before the server is asked for a suggestion.
The server waits too (its setting completion.debounce_ms)."
  :group 'inhouse
  :type 'number)

(defface inhouse-suggestion '((t :inherit shadow :slant italic))
  "A suggestion that is not in the buffer yet."
  :group 'inhouse)

(cl-defstruct (inhouse--suggestion (:constructor inhouse--make-suggestion))
  "TEXT from the marker START on, in place of REPLACED characters behind point.
BEHIND is what else is on the line; OVERLAY shows what is not typed yet."
  start text replaced behind overlay)

(defvar-local inhouse--suggestion nil "The suggestion that is shown.")
(defvar-local inhouse--seen nil
  "What `inhouse--state' was after the last command.")
(defvar-local inhouse--completion-timer nil "Asks for the next suggestion.")
(defvar-local inhouse--suggestion-keys nil
  "Switches `inhouse-suggestion-map' on.")

(defvar inhouse-suggestion-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "TAB") #'inhouse-suggestion-accept)
    (define-key map [tab] #'inhouse-suggestion-accept)
    (define-key map (kbd "M-f") #'inhouse-suggestion-accept-word)
    (define-key map (kbd "C-g") #'inhouse-suggestion-dismiss)
    map)
  "Keys while a suggestion is shown, and only then.")

(add-to-list 'emulation-mode-map-alists
             `((inhouse--suggestion-keys . ,inhouse-suggestion-map)))

;;;###autoload
(define-minor-mode inhouse-completion-mode
  "Suggestions as ghost text while you type.
\\<inhouse-suggestion-map>\\[inhouse-suggestion-accept] takes one, \
\\[inhouse-suggestion-accept-word] its first word, \
\\[inhouse-suggestion-dismiss] none."
  :lighter (" Inhouse" inhouse-mode-line)
  (if (and inhouse-completion-mode (not (file-remote-p default-directory)))
      (progn
        (setq inhouse--seen (inhouse--state))
        (add-hook 'post-command-hook #'inhouse--after-command nil t))
    (remove-hook 'post-command-hook #'inhouse--after-command t)
    (inhouse-suggestion-dismiss)))

;;;###autoload
(defun inhouse-complete ()
  "Ask for a suggestion at point now."
  (interactive)
  (inhouse--suggest (current-buffer) inhouse--wanted))

;;;; Asking

(defun inhouse--state ()
  "What a suggestion was made for: the text, by a number for it, and point."
  (cons (buffer-chars-modified-tick) (point)))

(defun inhouse--after-command ()
  "Keep a suggestion that agrees with the text, else ask after a change."
  (let ((before inhouse--seen)
        (now (inhouse--state)))
    (setq inhouse--seen now)
    (unless (or (equal before now) (inhouse--show-rest))
      (inhouse-suggestion-dismiss)
      (unless (or (= (car before) (car now)) (eq this-command 'undo))
        (setq inhouse--completion-timer
              (run-with-idle-timer inhouse-completion-delay nil
                                   #'inhouse--suggest (current-buffer)
                                   inhouse--unasked))))))

(defun inhouse--suggest (buffer trigger)
  "Ask for a suggestion in BUFFER if it is current, because of TRIGGER.
Unasked, a server that has ended is not started again."
  (when (and (eq buffer (current-buffer))
             (not (and inhouse--down (= trigger inhouse--unasked))))
    (inhouse-sync)
    (let ((state (inhouse--state)))
      (inhouse-request-async
       :textDocument/inlineCompletion
       (list :textDocument (inhouse--document)
             :position (inhouse--position (point))
             :context (list :triggerKind trigger))
       (lambda (result)
         (when (buffer-live-p buffer)
           (with-current-buffer buffer
             (when (equal state (inhouse--state))
               (inhouse--show (plist-get result :items))))))
       (and (= trigger inhouse--unasked) #'ignore)))))

;;;; Showing

(defun inhouse--show (items)
  "Show the first of ITEMS, if there is one."
  (inhouse-suggestion-dismiss)
  (when (< 0 (length items))
    (let* ((item (aref items 0))
           (range (plist-get item :range))
           (end (inhouse--point (plist-get range :end))))
      (setq inhouse--suggestion
            (inhouse--make-suggestion
             :start (copy-marker (inhouse--point (plist-get range :start)))
             :text (plist-get item :insertText)
             :replaced (- end (point))
             :behind (buffer-substring (point) (line-end-position))
             :overlay (make-overlay (point) end nil t)))
      (unless (inhouse--show-rest)
        (inhouse-suggestion-dismiss)))))

(defun inhouse--rest ()
  "What of the suggestion has not been typed yet, or nil if it does not fit."
  (when-let ((shown inhouse--suggestion))
    (let ((start (inhouse--suggestion-start shown))
          (text (inhouse--suggestion-text shown)))
      (when (and (<= start (point))
                 (equal (inhouse--suggestion-behind shown)
                        (buffer-substring (point) (line-end-position))))
        (let ((typed (buffer-substring-no-properties start (point))))
          (and (string-prefix-p typed text)
               (< (length typed) (length text))
               (substring text (length typed))))))))

(defun inhouse--show-rest ()
  "Show what has not been typed yet, if the suggestion fits; whether it does."
  (when-let ((rest (inhouse--rest)))
    (let ((overlay (inhouse--suggestion-overlay inhouse--suggestion))
          (end (+ (point) (inhouse--suggestion-replaced inhouse--suggestion)))
          (ghost (propertize rest 'face 'inhouse-suggestion)))
      (put-text-property 0 1 'cursor t ghost) ; the cursor stays before it
      (move-overlay overlay (point) end)
      (overlay-put overlay 'display (and (< (point) end) ""))
      (overlay-put overlay 'after-string ghost)
      (setq inhouse--suggestion-keys t))))

;;;; Taking

(defun inhouse-suggestion-accept ()
  "Take the suggestion."
  (interactive)
  (when-let ((rest (inhouse--rest)))
    (let ((replaced (inhouse--suggestion-replaced inhouse--suggestion)))
      (inhouse-suggestion-dismiss)
      (undo-boundary)
      (delete-region (point) (+ (point) replaced))
      (insert rest))))

(defun inhouse-suggestion-accept-word ()
  "Take the first word of the suggestion; the rest stays shown."
  (interactive)
  (when-let ((rest (inhouse--rest)))
    (if (string-match "\\`[^[:word:]]*[[:word:]]+" rest)
        (insert (match-string 0 rest))
      (inhouse-suggestion-accept))))

(defun inhouse-suggestion-dismiss ()
  "Show no suggestion."
  (interactive)
  (setq inhouse--suggestion-keys nil)
  (when inhouse--completion-timer
    (cancel-timer inhouse--completion-timer)
    (setq inhouse--completion-timer nil))
  (when inhouse--suggestion
    (delete-overlay (inhouse--suggestion-overlay inhouse--suggestion))
    (set-marker (inhouse--suggestion-start inhouse--suggestion) nil)
    (setq inhouse--suggestion nil)))

(provide 'inhouse-completion)
;;; inhouse-completion.el ends here
