; Inno Setup 6.3 or newer; run by packaging/build.py, which gives the values:
;   ISCC /DAppVersion=... /DAppFolder=... /DOutputFolder=... /DIconFolder=... haproxy-setup.iss
; For one user and without administrator rights; /ALLUSERS on the command line makes it for all.

#ifndef AppVersion
  #error AppVersion is given by packaging/build.py
#endif

#define AppName "HAProxy Setup for vSphere"
#define Program "haproxy-setup-window.exe"
#define FileType "HAProxySetup.Profile"

[Setup]
AppId={{5F0B1C0E-6E0B-4C55-9C0A-2E7B6B2C7A41}
AppName={#AppName}
AppVersion={#AppVersion}
AppVerName={#AppName} {#AppVersion}
AppPublisher={#AppName} maintainers
VersionInfoVersion={#AppVersion}
DefaultDirName={autopf}\HAProxy Setup
DefaultGroupName={#AppName}
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile={#AppFolder}\_internal\resources\LICENSE
OutputDir={#OutputFolder}
OutputBaseFilename=haproxy-setup-{#AppVersion}-windows-x64
SetupIconFile={#IconFolder}\haproxy-setup.ico
UninstallDisplayIcon={app}\{#Program}
UninstallDisplayName={#AppName}
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
ChangesAssociations=yes
ChangesEnvironment=yes
CloseApplications=yes

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "ja"; MessagesFile: "compiler:Languages\Japanese.isl"

[CustomMessages]
en.ProfileType=HAProxy Setup profile
ja.ProfileType=HAProxy Setup のプロファイル
en.AddToPath=Make the command haproxy-setup available in terminals
ja.AddToPath=ターミナルで haproxy-setup コマンドを使えるようにする
en.Associate=Open profiles (*.haproxy.yaml) with this program
ja.Associate=プロファイル (*.haproxy.yaml) をこのプログラムで開く

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "associate"; Description: "{cm:Associate}"
Name: "path"; Description: "{cm:AddToPath}"; Flags: unchecked

[Files]
Source: "{#AppFolder}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs
Source: "{#IconFolder}\profile.ico"; DestDir: "{app}"; Flags: ignoreversion

[InstallDelete]
; An older version's modules must not be found beside the new ones.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{autoprograms}\{#AppName}"; Filename: "{app}\{#Program}"; AppUserModelID: "HAProxySetup"
Name: "{autodesktop}\{#AppName}"; Filename: "{app}\{#Program}"; Tasks: desktopicon

[Registry]
; Windows knows only the last part of a name, .yaml. Taking that over would take every YAML file,
; so the program is offered for it: "Open with", and from then on as the user chooses.
Root: HKA; Subkey: "Software\Classes\{#FileType}"; ValueType: string; ValueData: "{cm:ProfileType}"; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\{#FileType}\DefaultIcon"; ValueType: string; ValueData: "{app}\profile.ico"; Tasks: associate
Root: HKA; Subkey: "Software\Classes\{#FileType}\shell\open\command"; ValueType: string; ValueData: """{app}\{#Program}"" ""%1"""; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.yaml\OpenWithProgids"; ValueType: string; ValueName: "{#FileType}"; ValueData: ""; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.yml\OpenWithProgids"; ValueType: string; ValueName: "{#FileType}"; ValueData: ""; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\shell\open\command"; ValueType: string; ValueData: """{app}\{#Program}"" ""%1"""; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "{#AppName}"; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\SupportedTypes"; ValueType: string; ValueName: ".yaml"; ValueData: ""; Tasks: associate

[Run]
Filename: "{app}\{#Program}"; Description: "{cm:LaunchProgram,{#AppName}}"; Flags: nowait postinstall skipifsilent

[UninstallDelete]
Type: dirifempty; Name: "{app}"

[Code]
const
  EnvironmentKey = 'Environment';

function PathHolds(const Path, Folder: string): Boolean;
begin
  Result := Pos(';' + Lowercase(Folder) + ';', ';' + Lowercase(Path) + ';') > 0;
end;

procedure AddToPath(const Folder: string);
var
  Path: string;
begin
  if not RegQueryStringValue(HKEY_CURRENT_USER, EnvironmentKey, 'Path', Path) then
    Path := '';
  if PathHolds(Path, Folder) then
    exit;
  if (Path <> '') and (Path[Length(Path)] <> ';') then
    Path := Path + ';';
  RegWriteExpandStringValue(HKEY_CURRENT_USER, EnvironmentKey, 'Path', Path + Folder);
end;

procedure RemoveFromPath(const Folder: string);
var
  Path: string;
  Place: Integer;
begin
  if not RegQueryStringValue(HKEY_CURRENT_USER, EnvironmentKey, 'Path', Path) then
    exit;
  Place := Pos(';' + Lowercase(Folder) + ';', ';' + Lowercase(Path) + ';');
  if Place = 0 then
    exit;
  Path := ';' + Path + ';';
  Delete(Path, Place, Length(Folder) + 1);
  Path := Copy(Path, 2, Length(Path) - 2);
  RegWriteExpandStringValue(HKEY_CURRENT_USER, EnvironmentKey, 'Path', Path);
end;

procedure CurStepChanged(CurStep: TSetupStep);
begin
  if (CurStep = ssPostInstall) and WizardIsTaskSelected('path') then
    AddToPath(ExpandConstant('{app}'));
end;

procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
begin
  if CurUninstallStep = usPostUninstall then
    RemoveFromPath(ExpandConstant('{app}'));
end;
