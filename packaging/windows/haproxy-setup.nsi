; NSIS 3.08 or newer; run by packaging/build.py, which gives the values:
;   makensis -DAPP_VERSION=... -DFILE_VERSION=... -DAPP_FOLDER=... -DICON_FOLDER=... -DOUT_FILE=...
;
; For one user and without administrator rights. An administrator makes it for all with /ALLUSERS;
; /S asks nothing; /D=C:\Folder (last) chooses the folder; /ADDPATH=1 and /ASSOCIATE=0 choose what
; the page with the components does.

Unicode true
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include Sections.nsh
!include StrFunc.nsh
!include WinMessages.nsh
!include x64.nsh
${Using:StrFunc} StrRep
${Using:StrFunc} UnStrRep

!define NAME "HAProxy Setup for vSphere"
!define FOLDER_NAME "HAProxy Setup"
!define PROGRAM "haproxy-setup-window.exe"
!define COMMAND "haproxy-setup.exe"
!define FILE_TYPE "HAProxySetup.Profile"
; Room for what is put around a PATH while it is looked at.
!define /math MAX_PATH_LENGTH ${NSIS_MAX_STRLEN} - 8
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\HAProxySetup"

Name "${NAME}"
OutFile "${OUT_FILE}"
SetCompressor /SOLID lzma
SetCompressorDictSize 32
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10
BrandingText "${NAME} ${APP_VERSION}"
; Filled in when we know for whom it is.
InstallDir ""

VIProductVersion "${FILE_VERSION}"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${APP_VERSION}"
VIAddVersionKey "FileDescription" "${NAME}"
VIAddVersionKey "FileVersion" "${APP_VERSION}"
VIAddVersionKey "CompanyName" "${NAME} maintainers"
VIAddVersionKey "LegalCopyright" "Apache License 2.0"

!define MUI_ICON "${ICON_FOLDER}\haproxy-setup.ico"
!define MUI_UNICON "${ICON_FOLDER}\haproxy-setup.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\${PROGRAM}"
!insertmacro MUI_PAGE_LICENSE "${APP_FOLDER}\_internal\resources\LICENSE"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Japanese"

LangString ProfileType ${LANG_ENGLISH} "HAProxy Setup profile"
LangString ProfileType ${LANG_JAPANESE} "HAProxy Setup のプロファイル"
LangString Application ${LANG_ENGLISH} "Program, practice vCenter and guide"
LangString Application ${LANG_JAPANESE} "プログラム、練習用 vCenter Server、ガイド"
LangString Associate ${LANG_ENGLISH} "Open profiles (*.haproxy.yaml) with this program"
LangString Associate ${LANG_JAPANESE} "プロファイル (*.haproxy.yaml) をこのプログラムで開く"
LangString AddToPath ${LANG_ENGLISH} "Command haproxy-setup in terminals"
LangString AddToPath ${LANG_JAPANESE} "ターミナルで haproxy-setup コマンドを使う"
LangString DesktopIcon ${LANG_ENGLISH} "Icon on the desktop"
LangString DesktopIcon ${LANG_JAPANESE} "デスクトップにアイコンを作成"
LangString Running ${LANG_ENGLISH} "${NAME} is running. Close it, then try again."
LangString Running ${LANG_JAPANESE} "${NAME} が実行中です。終了してから再試行してください。"
LangString Not64 ${LANG_ENGLISH} "This program needs 64-bit Windows 10 or newer."
LangString Not64 ${LANG_JAPANESE} "このプログラムには 64 ビット版の Windows 10 以降が必要です。"
LangString NotAdmin ${LANG_ENGLISH} "It is installed for all users: an administrator has to do this."
LangString NotAdmin ${LANG_JAPANESE} "全ユーザー向けのインストールです。管理者として実行してください。"
LangString NotOurs ${LANG_ENGLISH} "$INSTDIR holds files of another program. Choose another folder."
LangString NotOurs ${LANG_JAPANESE} "$INSTDIR には別のプログラムのファイルがあります。別のフォルダを選択してください。"
LangString PathTooLong ${LANG_ENGLISH} "Your PATH is too long to be changed safely: it was left as it is. To use the command in terminals, add $INSTDIR to it."
LangString PathTooLong ${LANG_JAPANESE} "PATH が長すぎるため変更しませんでした。ターミナルでコマンドを使うには、$INSTDIR を PATH に追加してください。"

; SHCTX, the menu and the desktop are those of one user or of all, by SetShellVarContext.
!macro NEED_ADMINISTRATOR
  UserInfo::GetAccountType
  Pop $0
  ${If} $0 != "Admin"
    MessageBox MB_OK|MB_ICONSTOP "$(NotAdmin)" /SD IDOK
    SetErrorLevel 5
    Abort
  ${EndIf}
  SetShellVarContext all
!macroend

; A program that runs cannot be opened for writing.
!macro NOT_WHILE_RUNNING FILE
  ${If} ${FileExists} "$INSTDIR\${FILE}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${FILE}" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONSTOP "$(Running)" /SD IDOK
      SetErrorLevel 2
      Abort
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

; Registry: a view of 64-bit programs, since the application is one.
!macro FOR_64_BIT
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "$(Not64)" /SD IDOK
    SetErrorLevel 3
    Abort
  ${EndIf}
  SetRegView 64
!macroend

; NSIS cuts strings at NSIS_MAX_STRLEN: writing back a longer PATH would destroy it. Windows is
; asked for its length before it is read. $1: its length in bytes.
!macro LENGTH_OF_PATH
  StrCpy $1 0
  ; 6: the two kinds of text; 0x10000000: as it is written, variables not filled in.
  System::Call 'advapi32::RegGetValueW(p 0x80000001, w "Environment", w "Path", i 0x10000006, p 0, p 0, *i 0 r1) i .r0'
!macroend

!macro TELL_WINDOWS
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

Section "!$(Application)" SectionApplication
  SectionIn RO
  !insertmacro NOT_WHILE_RUNNING "${PROGRAM}"
  !insertmacro NOT_WHILE_RUNNING "${COMMAND}"
  ${If} ${FileExists} "$INSTDIR\_internal"
  ${AndIfNot} ${FileExists} "$INSTDIR\${COMMAND}"
    MessageBox MB_OK|MB_ICONSTOP "$(NotOurs)" /SD IDOK
    SetErrorLevel 4
    Abort
  ${EndIf}
  ; An older version's modules must not be found beside the new ones.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${APP_FOLDER}\*"
  File "${ICON_FOLDER}\profile.ico"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\${PROGRAM}"

  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayVersion" "${APP_VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${PROGRAM}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Publisher" "${NAME} maintainers"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "EstimatedSize" $0
  ; Win+R and "start haproxy-setup" know it by this, without any PATH.
  WriteRegStr SHCTX "Software\Microsoft\Windows\CurrentVersion\App Paths\${COMMAND}" "" "$INSTDIR\${COMMAND}"
SectionEnd

; Windows knows only the last part of a name, .yaml. Taking that over would take every YAML file,
; so the program is offered for it: "Open with", and from then on as the user chooses.
Section "$(Associate)" SectionAssociate
  WriteRegStr SHCTX "Software\Classes\${FILE_TYPE}" "" "$(ProfileType)"
  WriteRegStr SHCTX "Software\Classes\${FILE_TYPE}\DefaultIcon" "" "$INSTDIR\profile.ico"
  WriteRegStr SHCTX "Software\Classes\${FILE_TYPE}\shell\open\command" "" '"$INSTDIR\${PROGRAM}" "%1"'
  WriteRegStr SHCTX "Software\Classes\.yaml\OpenWithProgids" "${FILE_TYPE}" ""
  WriteRegStr SHCTX "Software\Classes\.yml\OpenWithProgids" "${FILE_TYPE}" ""
  WriteRegStr SHCTX "Software\Classes\Applications\${PROGRAM}" "FriendlyAppName" "${NAME}"
  WriteRegStr SHCTX "Software\Classes\Applications\${PROGRAM}\shell\open\command" "" '"$INSTDIR\${PROGRAM}" "%1"'
  WriteRegStr SHCTX "Software\Classes\Applications\${PROGRAM}\SupportedTypes" ".yaml" ""
  WriteRegStr SHCTX "Software\Classes\Applications\${PROGRAM}\SupportedTypes" ".yml" ""
  !insertmacro TELL_WINDOWS
SectionEnd

; The user's own PATH, also where the program is there for all: nobody else's is changed.
Section /o "$(AddToPath)" SectionPath
  !insertmacro LENGTH_OF_PATH
  StrLen $2 "$INSTDIR"
  IntOp $1 $1 / 2
  IntOp $1 $1 + $2
  ${If} $1 > ${MAX_PATH_LENGTH}
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(PathTooLong)" /SD IDOK
  ${Else}
    ReadRegStr $0 HKCU "Environment" "Path"
    ${StrRep} $1 ";$0;" ";$INSTDIR;" ";"
    ${If} $1 == ";$0;"
      ${If} $0 == ""
        StrCpy $0 "$INSTDIR"
      ${Else}
        StrCpy $0 "$0;$INSTDIR"
      ${EndIf}
      WriteRegExpandStr HKCU "Environment" "Path" "$0"
      SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
    ${EndIf}
  ${EndIf}
SectionEnd

Section /o "$(DesktopIcon)" SectionDesktop
  CreateShortCut "$DESKTOP\${NAME}.lnk" "$INSTDIR\${PROGRAM}"
SectionEnd

; Chooses a component from the command line; without the word it stays as it is.
!macro CHOICE WORD SECTION
  ClearErrors
  ${GetOptions} $0 "/${WORD}=" $1
  ${IfNot} ${Errors}
    ${If} $1 == "0"
      !insertmacro UnselectSection ${SECTION}
    ${Else}
      !insertmacro SelectSection ${SECTION}
    ${EndIf}
  ${EndIf}
!macroend

Function .onInit
  !insertmacro FOR_64_BIT
  ${GetParameters} $0
  !insertmacro CHOICE "ASSOCIATE" ${SectionAssociate}
  !insertmacro CHOICE "ADDPATH" ${SectionPath}
  !insertmacro CHOICE "DESKTOP" ${SectionDesktop}
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${If} ${Errors}
    SetShellVarContext current
    StrCpy $1 "$LOCALAPPDATA\Programs\${FOLDER_NAME}"
  ${Else}
    !insertmacro NEED_ADMINISTRATOR
    StrCpy $1 "$PROGRAMFILES64\${FOLDER_NAME}"
  ${EndIf}
  ; /D= comes first, then where an older version is.
  ${If} $INSTDIR == ""
    ReadRegStr $INSTDIR SHCTX "${UNINSTALL_KEY}" "InstallLocation"
  ${EndIf}
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR "$1"
  ${EndIf}
FunctionEnd

Function un.onInit
  !insertmacro FOR_64_BIT
  SetShellVarContext current
  ReadRegStr $0 HKLM "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $0 == $INSTDIR
    !insertmacro NEED_ADMINISTRATOR
  ${EndIf}
FunctionEnd

; Profiles, settings, logs and passwords are the user's: they stay.
Section "Uninstall"
  !insertmacro NOT_WHILE_RUNNING "${PROGRAM}"
  !insertmacro NOT_WHILE_RUNNING "${COMMAND}"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\${PROGRAM}"
  Delete "$INSTDIR\${COMMAND}"
  Delete "$INSTDIR\practice-vcenter.exe"
  Delete "$INSTDIR\practice-vcenter-licences.txt"
  Delete "$INSTDIR\profile.ico"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$DESKTOP\${NAME}.lnk"

  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
  DeleteRegKey SHCTX "Software\Microsoft\Windows\CurrentVersion\App Paths\${COMMAND}"
  DeleteRegKey SHCTX "Software\Classes\${FILE_TYPE}"
  DeleteRegKey SHCTX "Software\Classes\Applications\${PROGRAM}"
  DeleteRegValue SHCTX "Software\Classes\.yaml\OpenWithProgids" "${FILE_TYPE}"
  DeleteRegValue SHCTX "Software\Classes\.yml\OpenWithProgids" "${FILE_TYPE}"
  DeleteRegKey /ifempty SHCTX "Software\Classes\.yaml\OpenWithProgids"
  DeleteRegKey /ifempty SHCTX "Software\Classes\.yaml"
  DeleteRegKey /ifempty SHCTX "Software\Classes\.yml\OpenWithProgids"
  DeleteRegKey /ifempty SHCTX "Software\Classes\.yml"
  !insertmacro TELL_WINDOWS

  !insertmacro LENGTH_OF_PATH
  IntOp $1 $1 / 2
  ${If} $1 <= ${MAX_PATH_LENGTH}
    ReadRegStr $0 HKCU "Environment" "Path"
    ${UnStrRep} $1 ";$0;" ";$INSTDIR;" ";"
    ${If} $1 != ";$0;"
      StrLen $2 $1
      ${If} $2 <= 2
        DeleteRegValue HKCU "Environment" "Path"
      ${Else}
        IntOp $2 $2 - 2
        StrCpy $0 $1 $2 1
        WriteRegExpandStr HKCU "Environment" "Path" "$0"
      ${EndIf}
      SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
    ${EndIf}
  ${EndIf}
SectionEnd
